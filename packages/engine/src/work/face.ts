import {
  type ClaimedPolls,
  cutQuery,
  type Face,
  type Lane,
  type Outcome,
  type Take,
  type TakenBatch,
  type Verdict,
} from "@purgeline/core";
import { isFailure } from "./failures.ts";

const PREVIEW = 3;
const count = new Intl.NumberFormat("en-US");

export function faceOfBatch(batch: TakenBatch, outcome: Outcome, verdict: Verdict): Face {
  const more = batch.items.length - PREVIEW;
  return {
    title: `${batch.account} ${batch.lane} · ${targets(batch.items.length)} · ${outcomeText(outcome, verdict)}`,
    preview: [
      ...batch.items.slice(0, PREVIEW).map(cutQuery),
      ...(more > 0 ? [`and ${count.format(more)} more`] : []),
    ],
  };
}

export function faceOfWait(account: string, lane: Lane, wait: Extract<Take, { kind: "wait" }>): Face {
  const until = wait.why.untilMs === null ? "" : ` until ${clockText(wait.why.untilMs)}`;
  // A pause ends when somebody ends it: the time is only when this job looks again.
  const why = wait.why.reason === "paused" ? "paused" : `${wait.why.reason}${until}`;
  return {
    title: `${account} ${lane} · ${count.format(wait.pending)} pending · ${why}`,
    preview: [`oldest since ${clockText(wait.oldestAtMs)}`],
  };
}

export function faceOfLookups(
  account: string,
  call: string,
  { lane, lookups }: Extract<ClaimedPolls, { kind: "lookups" }>,
): Face {
  const batches = lookups.length === 1 ? "1 lost answer" : `${count.format(lookups.length)} lost answers`;
  return {
    title: `${account} ${call} · ${batches} of ${lane} looked up`,
    preview: lookups.slice(0, PREVIEW).map(({ batch }) => batch),
  };
}

/** To the second: `2026-11-21 16:00:00 UTC`. */
function clockText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function targets(size: number): string {
  return size === 1 ? "1 target" : `${count.format(size)} targets`;
}

/** What the provider said and what follows, in a few words. */
export function outcomeText(outcome: Outcome, verdict: Verdict): string {
  if (isFailure(outcome)) return `${verdict.do === "end" ? verdict.end : verdict.do}: ${outcome.code}`;
  if (outcome.kind === "done") return "done";
  const rejected = outcome.rejected.length === 0 ? "" : `, ${count.format(outcome.rejected.length)} rejected`;
  return `accepted as ${
    outcome.tasks
      .map((task) => task.id)
      .join(", ")
      .slice(0, 200) || "nothing"
  }${rejected}`;
}
