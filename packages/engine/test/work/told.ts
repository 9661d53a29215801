import type { ListedAnswer, QuotaRound, TaskAnswer, ToldQuota, Verdict } from "@purgeline/core";
import type { WorkEvents } from "../../src/index.ts";

/** Everything that the ports were told, in the order in which it came. */
export interface Told {
  readonly records: {
    readonly verdict: Verdict;
    readonly error: unknown;
    readonly grantedAtMs: number | undefined;
  }[];
  readonly settled: TaskAnswer[];
  readonly lookedUp: ListedAnswer[];
  readonly rounds: QuotaRound[];
  readonly quotas: ToldQuota[];
  readonly putOff: { readonly ids: readonly string[]; readonly inMs: number; readonly hold: unknown }[];
  readonly queued: string[];
  readonly events: string[];
  readonly sent: string[];
  readonly sleeps: number[];
  permits: number;
  /** How old each permit that was asked for may get. */
  readonly ages: number[];
  /** How much later than granted its call left, where the gate heard of it. */
  readonly rebooked: number[];
}

export function nothingTold(): Told {
  return {
    records: [],
    settled: [],
    lookedUp: [],
    rounds: [],
    quotas: [],
    putOff: [],
    queued: [],
    events: [],
    sent: [],
    sleeps: [],
    permits: 0,
    ages: [],
    rebooked: [],
  };
}

/** Each event as a line. */
export function eventsInto(told: Told): WorkEvents {
  const say = (text: string): void => void told.events.push(text);
  return {
    sent: ({ outcome, verdict }) => say(`sent ${outcome.kind} ${verdict.do}`),
    resent: (_batch, cause) => say(`resent ${cause}`),
    adopted: ({ batch, targets, taskIds }) => say(`adopted ${batch} ${targets} ${taskIds.join(",")}`),
    retried: ({ failure }) => say(`retried ${failure.code}`),
    late: (_account, call) => say(`late ${call}`),
    polled: ({ tasks, outcome }) => say(`polled ${tasks} ${outcome.kind}`),
    moved: () => undefined,
    quotaAsked: ({ call, answer }) => say(`asked ${call} ${answer.kind}`),
    quotaSpent: (_account, quota) => say(`quota ${quota}`),
    stopped: (_account, code, message) => say(`stopped ${code} ${message}`),
    rescued: (_account, what) => say(`rescued ${JSON.stringify(what)}`),
    unqueued: (slots) => say(`unqueued ${slots.map((slot) => slot.id).join(",")}`),
    rolledUp: (_account, lane, targets) => say(`rolled up ${lane} ${targets}`),
    turned: () => undefined,
  };
}
