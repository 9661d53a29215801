/** One thing that is measured, together with what it is compared to, in one run on one machine. */
export interface Scenario {
  /** As `--only` has it. */
  readonly name: string;
  run(bench: Bench): Promise<Measured>;
}

export interface Bench {
  /** 1: the full size; less: quicker, and good for nothing but seeing that it runs. */
  readonly scale: number;
  /** What goes on, for whoever waits. */
  say(line: string): void;
}

export interface Measured {
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
  readonly charts?: readonly Chart[];
}

/** Drawn under the tables. Each series has one value for each label. */
export interface Chart {
  readonly title: string;
  readonly kind: "bar" | "line";
  readonly xTitle?: string;
  readonly labels: readonly string[];
  readonly yTitle: string;
  readonly values: readonly number[];
}

/** One line of the table. The unit of a figure is part of its name: `p50Ms`. */
export interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
}

/** A figure, divided by its baseline's unless the promise is about the figure itself, and what is promised of it. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export function isMet({ value, atMost, atLeast }: Ratio): boolean {
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}
