import {
  addCounts,
  type IntentState,
  intentState,
  isEnd,
  type JsonObject,
  type LegView,
  NO_COUNTS,
  STATES,
  type StateCounts,
} from "@purgeline/core";
import { countsView } from "./counts-view.ts";
import { linksOf } from "./links.ts";
import { rfc3339, rfc3339OrNull } from "./rfc3339.ts";

export type Legs = readonly [LegView, ...LegView[]];

// As in each leg: enough to see what is wrong; the targets page has the rest.
const MOST_FAILURES = 100;

/** Every leg that the intent has is staged: until then no end is an end. */
function isWhole(legs: Legs): boolean {
  return legs.length >= legs[0].head.accounts.length;
}

function countsOf(legs: Legs): StateCounts {
  return legs.reduce((sum, leg) => addCounts(sum, leg.counts), NO_COUNTS);
}

/** The intent's state from its legs; one that a crash cut off in staging has not ended. */
export function stateOfLegs(legs: Legs): IntentState {
  const counts = countsOf(legs);
  if (isWhole(legs)) return intentState(counts);
  return STATES.every((state) => state === "pending" || counts[state] === 0) ? "accepted" : "running";
}

export function hasEnded(legs: Legs): boolean {
  const counts = countsOf(legs);
  return isWhole(legs) && STATES.every((state) => isEnd(state) || counts[state] === 0);
}

/** One line of a list of intents. */
export function summaryOf(legs: Legs): JsonObject {
  const [{ head }] = legs;
  const duplicates = legs.reduce((sum, leg) => sum + leg.duplicates, 0);
  return {
    id: head.id,
    op: head.op,
    state: stateOfLegs(legs),
    counts: countsView(countsOf(legs), duplicates),
    accounts: legs.map((leg) => ({
      account: leg.account,
      counts: countsView(leg.counts, leg.duplicates),
    })),
    priority: head.priority,
    labels: head.labels,
    createdBy: head.createdBy,
    createdAt: rfc3339(Math.min(...legs.map((leg) => leg.createdAtMs))),
    finishedAt: finishedAt(legs),
    notBefore: rfc3339OrNull(head.notBeforeMs),
    lives: Math.max(...legs.map((leg) => leg.lives)),
    links: linksOf(head),
  };
}

/** Everything that the API tells about an intent. */
export function receiptOf(legs: Legs): JsonObject {
  return {
    ...summaryOf(legs),
    waiting: legs.flatMap((leg) =>
      leg.waiting.map(({ lane, targets, why }) => ({
        account: leg.account,
        lane,
        reason: why.reason,
        targets,
        until: rfc3339OrNull(why.untilMs),
      })),
    ),
    failures: legs
      .flatMap((leg) => leg.failures)
      .slice(0, MOST_FAILURES)
      .map(({ target, account, code, message }) => ({ target, account, code, message })),
  };
}

function finishedAt(legs: Legs): string | null {
  if (!hasEnded(legs)) return null;
  const times = legs.flatMap((leg) => (leg.finishedAtMs === null ? [] : [leg.finishedAtMs]));
  return times.length < legs.length ? null : rfc3339(Math.max(...times));
}
