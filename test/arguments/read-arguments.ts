import { parseArgs } from "node:util";

/** One `--name value` of a program for developers. */
export interface Argument<T> {
  /** What a value may be, for whoever gave another one; null: it takes none. */
  readonly expected: string | null;
  /** undefined: it is not what is expected. */
  read(value: string): T | undefined;
  readonly otherwise: T;
}

type Values<A> = { readonly [N in keyof A]: A[N] extends Argument<infer T> ? T : never };

export type Read<A> =
  | { readonly ok: true; readonly values: Values<A> }
  | { readonly ok: false; readonly faults: readonly string[] };

export function wholeNumber(otherwise: number, least = 0): Argument<number> {
  return {
    expected: least === 0 ? "a whole number" : `a whole number, ${least} or more`,
    read: (value) => (/^\d{1,15}$/.test(value) && Number(value) >= least ? Number(value) : undefined),
    otherwise,
  };
}

/** Given or not. */
export function flag(): Argument<boolean> {
  return { expected: null, read: () => true, otherwise: false };
}

/** The values of all arguments, or every fault. What is given without a name is `bare`'s. */
export function readArguments<A extends Readonly<Record<string, Argument<unknown>>>>(
  given: readonly string[],
  known: A,
  bare?: keyof A & string,
): Read<A> {
  const values = Object.fromEntries(Object.entries(known).map(([name, { otherwise }]) => [name, otherwise]));
  const faults: string[] = [];
  const names = Object.keys(known).map((name) => (name === bare ? `${name} or --${name}` : `--${name}`));
  const { tokens } = parseArgs({
    args: [...given],
    // Strict, it would tell the first fault only, and that in words of its own.
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, { expected }]) => [
        name,
        { type: expected === null ? "boolean" : "string" } as const,
      ]),
    ),
  });
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    const name = token.kind === "option" ? token.name : bare;
    const shown = token.kind === "option" ? token.rawName : (bare ?? token.value);
    const argument = name === undefined || !Object.hasOwn(known, name) ? undefined : known[name];
    if (name === undefined || argument === undefined) {
      faults.push(`${shown}: expected one of ${names.join(", ")}`);
      continue;
    }
    const value = givenBy(token);
    const found = argument.expected === null && value !== undefined ? undefined : argument.read(value ?? "");
    if (found === undefined || (argument.expected !== null && value === undefined))
      faults.push(`${shown}: expected ${argument.expected ?? "no value"}, got ${value ?? "nothing"}`);
    else values[name] = found;
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, values: values as Values<A> };
}

/** As `readArguments` of this process: where there is a fault it says so and ends with 2. */
export function argumentsOrExit<A extends Readonly<Record<string, Argument<unknown>>>>(
  known: A,
  bare?: keyof A & string,
): Values<A> {
  const read = readArguments(process.argv.slice(2), known, bare);
  if (read.ok) return read.values;
  process.stderr.write(read.faults.map((fault) => `${fault}\n`).join(""));
  process.exit(2);
}

/** A name in the place of a value is no value. */
function givenBy(token: {
  readonly kind: "option" | "positional";
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}): string | undefined {
  const { kind, value, inlineValue } = token;
  return kind === "option" && inlineValue !== true && value?.startsWith("-") ? undefined : value;
}
