import type {
  Candidate,
  ClaimedPolls,
  DueLookup,
  LaneLimits,
  ListedAnswer,
  LookedUp,
  LookupSpec,
  Slot,
  Verdict,
} from "@purgeline/core";
import { type Bundle, bundle, CALL, type How, limitsWith, type View } from "./bundle.ts";
import { type SlotBox, slotBox } from "./slot-box.ts";
import { POLL, polled, record, type Sealed, urls } from "./steps.ts";

const LIST = "DescribeRefreshTasks";
/** Where tasks of purges with `Area: abroad` stand. */
const LIST_ABROAD = "DescribeTasksAbroad";
export const AFTER_MS = 4000;
/** When the list is asked, or a moment later: whatever the machine's speed. */
export const LISTED_MS = AFTER_MS + 1500;
export const ambiguous: Verdict = { do: "retry", inMs: 3000, resend: "ambiguous", hold: null };

export type Lookups = Extract<ClaimedPolls, { readonly kind: "lookups" }>;

interface Told {
  readonly view?: View;
  readonly told?: boolean;
}

/** A store whose lane has a list of tasks, with the steps around a lost answer. */
export interface LookupBench {
  readonly store: Bundle;
  readonly box: SlotBox;
  sealed(view?: View): Promise<Sealed>;
  /** So many URLs, sent without an answer. */
  lost(count: number, id?: string, how?: How): Promise<Sealed>;
  /** What a slot for the list claims. */
  claimed(view: View, call?: string): Promise<ClaimedPolls>;
  /** The same where it claims lookups; default: when the list is due. */
  lookups(view?: View): Promise<Lookups>;
  /** The list tells of these items, by position, that they have a task of this id; null: it names none. */
  told(lookup: DueLookup, found: Readonly<Record<number, string | null>>, more?: Told): Promise<LookedUp>;
  /** The same with any rows. */
  settle(lookup: DueLookup, candidates: readonly Candidate[], more?: Told): Promise<LookedUp>;
}

export async function lookupBench(
  change: Pick<LaneLimits, "resendAfterMs"> = { resendAfterMs: 0 },
  spec: Pick<LookupSpec, "withoutIds"> = {},
): Promise<LookupBench> {
  const callByOption = { option: "Area", calls: { abroad: LIST_ABROAD } };
  const limits = limitsWith({ ...change, lookup: { call: LIST, afterMs: AFTER_MS, callByOption, ...spec } });
  const calls = { ...limits.calls, [LIST]: CALL, [LIST_ABROAD]: CALL };
  const store = await bundle({ limits: { ...limits, calls } });
  const box = slotBox(store);
  const polls: Slot[] = [];
  const sealed = async (view: View = store): Promise<Sealed> => {
    const taken = await box.take(view);
    if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
    return taken.sealed;
  };
  const claimed = async (view: View, call = LIST): Promise<ClaimedPolls> => {
    const swept = await view.work.sweep("ali");
    polls.push(...swept.slots, ...(await view.work.renew("ali", [], swept.lapsed)));
    for (;;) {
      const index = polls.findIndex(({ kind }) => kind.for === "poll" && kind.call === call);
      const [slot] = index < 0 ? [] : polls.splice(index, 1);
      if (slot === undefined) return { kind: "end" };
      const claim = await view.work.claimPolls(slot, 10);
      if (claim.kind === "wait") polls.push(slot);
      else if (claim.kind !== "end") polls.push(...claim.slots);
      if (claim.kind !== "end") return claim;
    }
  };
  const settle: LookupBench["settle"] = async (lookup, candidates, more = {}) => {
    const { view = store.later(LISTED_MS), told = true } = more;
    const answer: ListedAnswer = {
      lookup,
      lane: "purge-url",
      candidates,
      told,
      pollInMs: 1000,
      seen: polled,
    };
    const settled = view.work.settleLookup("ali", answer);
    await box.answer(settled);
    return await settled;
  };
  return {
    store,
    box,
    sealed,
    claimed,
    settle,
    async lost(count, id = "int_1", how = {}) {
      await box.stage(id, urls(count), how);
      const batch = await sealed();
      await box.answer(record(store, batch, ambiguous));
      return batch;
    },
    async lookups(view = store.later(LISTED_MS)) {
      const claim = await claimed(view);
      if (claim.kind !== "lookups") throw new Error(`no lookups, but ${JSON.stringify(claim)}`);
      return claim;
    },
    told: (lookup, found, more) =>
      settle(
        lookup,
        Object.entries(found).map(([index, id]) => candidate(Number(index), id, lookup.sentAtMs)),
        more,
      ),
  };
}

export function candidate(index: number, taskId: string | null, createdAtMs: number): Candidate {
  return { index, taskId, createdAtMs, task: { call: POLL, id: taskId ?? "by-time" } };
}

export const firstOf = ({ lookups: [first] }: Lookups): DueLookup => first;
