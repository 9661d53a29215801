/** The states of a target; `absorbed` is a way, not an end. */
export type State =
  | "pending"
  | "sealed"
  | "submitted"
  | "absorbed"
  | "confirmed"
  | "failed"
  | "unconfirmed"
  | "cancelled";

export type EndState = "confirmed" | "failed" | "unconfirmed" | "cancelled";

/** The whole life of a target. A missing state or an unknown next one does not compile. */
export const NEXT: Readonly<Record<State, readonly State[]>> = {
  pending: ["sealed", "absorbed", "failed", "cancelled"],
  sealed: ["submitted", "confirmed", "failed", "unconfirmed"],
  submitted: ["confirmed", "failed", "unconfirmed"],
  absorbed: ["pending", "confirmed", "failed", "unconfirmed", "cancelled"],
  confirmed: [],
  failed: [],
  unconfirmed: [],
  cancelled: [],
};

/** One character a target in a leg's state string: the wire side of `State`, stable for ever. */
export const LETTER: Readonly<Record<State, string>> = {
  pending: "p",
  sealed: "s",
  submitted: "u",
  absorbed: "a",
  confirmed: "c",
  failed: "f",
  unconfirmed: "n",
  cancelled: "x",
};

export const STATES: readonly State[] = Object.keys(NEXT) as State[];

const STATE_OF: ReadonlyMap<string, State> = new Map(STATES.map((state) => [LETTER[state], state]));

/** The state behind one letter of a state string; throws on a letter nobody writes. */
export function stateOf(letter: string): State {
  const state = STATE_OF.get(letter);
  if (state === undefined) throw new Error(`lifecycle: unknown state letter ${JSON.stringify(letter)}`);
  return state;
}

export function isEnd(state: State): state is EndState {
  return NEXT[state].length === 0;
}

/** How many targets of an intent, a leg or a page are in each state. */
export type StateCounts = Readonly<Record<State, number>>;

export const NO_COUNTS: StateCounts = Object.freeze({
  pending: 0,
  sealed: 0,
  submitted: 0,
  absorbed: 0,
  confirmed: 0,
  failed: 0,
  unconfirmed: 0,
  cancelled: 0,
});

export function addCounts(a: StateCounts, b: StateCounts): StateCounts {
  const sum: Record<State, number> = { ...NO_COUNTS };
  for (const state of STATES) sum[state] = a[state] + b[state];
  return sum;
}

export function totalOf(counts: StateCounts): number {
  return STATES.reduce((sum, state) => sum + counts[state], 0);
}

export type IntentState =
  | "accepted"
  | "running"
  | "confirmed"
  | "cancelled"
  | "partial"
  | "failed"
  | "unconfirmed";
export const INTENT_STATES: readonly IntentState[] = [
  "accepted",
  "running",
  "confirmed",
  "cancelled",
  "partial",
  "failed",
  "unconfirmed",
];

/** The state of an intent follows from its targets alone. */
export function intentState(counts: StateCounts): IntentState {
  const total = totalOf(counts);
  if (counts.pending === total) return "accepted";
  const unfinished = counts.pending + counts.sealed + counts.submitted + counts.absorbed;
  if (unfinished > 0) return "running";
  if (counts.confirmed === total) return "confirmed";
  if (counts.cancelled === total) return "cancelled";
  if (counts.confirmed > 0) return "partial";
  return counts.failed > 0 ? "failed" : "unconfirmed";
}
