import { createHash } from "node:crypto";
import {
  addCounts,
  type IdempotencyClaim,
  type IntakeStore,
  type IntentPlan,
  type Json,
  NO_COUNTS,
  type Problem,
  type SlotQueue,
  type StateCounts,
  StoreUnavailable,
  stableJson,
} from "@purgeline/core";
import { countsView } from "../read/counts-view.ts";
import { linksOf } from "../read/links.ts";
import { followerId } from "./follower.ts";
import type { Intake } from "./intake-accounts.ts";
import { planPatiently } from "./plan-patiently.ts";
import type { Producer } from "./producer.ts";
import type { Setback } from "./setback.ts";
import { type Merged, stageAll } from "./stage-legs.ts";
import { forgetBody, takeBack } from "./staged-body.ts";

export interface AdmitPorts {
  readonly store: IntakeStore;
  readonly queue: SlotQueue;
  readonly intake: Intake;
  readonly newId: () => string;
  readonly onSetback: Setback;
}

export type Admitted =
  | {
      readonly kind: "accepted";
      readonly plan: IntentPlan;
      /** The prefetch that its `then` asked for. */
      readonly follower: IntentPlan | null;
      readonly response: Json;
      readonly merged: readonly Merged[];
    }
  | { readonly kind: "replayed"; readonly response: Json }
  | { readonly kind: "refused"; readonly why: "invalid" | "forbidden"; readonly problems: readonly Problem[] }
  | { readonly kind: "mismatch" }
  | { readonly kind: "running" }
  /** Redis has no memory for it beside what draining needs. */
  | { readonly kind: "full" }
  | { readonly kind: "backlog"; readonly account: string; readonly pending: number }
  /** `intentId`: it may exist; null: nothing was enqueued. */
  | { readonly kind: "unavailable"; readonly intentId: string | null; readonly cause: StoreUnavailable };

/**
 * Takes an intent in: when this says `accepted` it is durable and staged. `key` is the
 * caller's Idempotency-Key: the same key and body make one intent, whatever crashes.
 */
export async function admitIntent(
  body: Json,
  producer: Producer,
  key: string | null,
  ports: AdmitPorts,
): Promise<Admitted> {
  const planned = await planPatiently(body, producer, ports.intake, ports.newId);
  if (!planned.ok) return { kind: "refused", why: planned.why, problems: planned.problems };
  // Before the key is claimed: that, too, would be stored for a day.
  const { plan, follower } = planned;
  if (!(await ports.store.hasRoom([...plan.legs, ...(follower?.legs ?? [])]))) return { kind: "full" };
  if (key === null) return await stagePlan(plan, follower, null, ports);
  const lock = { token: producer.name, key, digest: digestOf(body) };
  let claim: IdempotencyClaim;
  try {
    claim = await ports.store.idempotency.claim(lock.token, key, lock.digest, plan.head.id);
  } catch (cause) {
    return unavailable(cause, plan.head.id);
  }
  switch (claim.kind) {
    case "mine":
      return await stagePlan(...withId(plan, follower, claim.intentId), lock, ports);
    case "replay":
      return { kind: "replayed", response: claim.response };
    case "mismatch":
    case "running":
      return { kind: claim.kind };
    default:
      return claim satisfies never;
  }
}

interface Plans {
  readonly plan: IntentPlan;
  readonly follower: IntentPlan | null;
}

interface Lock {
  readonly token: string;
  readonly key: string;
  readonly digest: string;
}

async function stagePlan(
  plan: IntentPlan,
  follower: IntentPlan | null,
  lock: Lock | null,
  ports: AdmitPorts,
): Promise<Admitted> {
  const { store, queue, onSetback } = ports;
  const { id } = plan.head;
  const staged = await stageAll(plan, follower, store);
  if (staged.kind === "unavailable")
    return { kind: "unavailable", intentId: staged.maybeApplied ? id : null, cause: staged.cause };
  if (staged.kind === "backlog") {
    if (staged.isPart) for (const each of plansOf({ plan, follower })) await takeBack(each, store, onSetback);
    if (lock !== null) {
      const released = store.idempotency.release(lock.token, lock.key);
      await released.catch((error: unknown) => onSetback("release", id, error));
    }
    return { kind: "backlog", account: staged.account, pending: staged.pending };
  }
  for (const each of plansOf({ plan, follower })) await forgetBody(each, store, onSetback);
  // A slot without a job is found by rescue: a queue that fails costs latency, never the intent.
  await queue.add(staged.slots).catch((error: unknown) => onSetback("queue", id, error));
  const response = responseOf(plan);
  if (lock !== null) {
    // Unfinished, the key stays tied to this id: a repetition stages nothing twice.
    const finished = store.idempotency.finish(lock.token, lock.key, lock.digest, response);
    await finished.catch((error: unknown) => onSetback("finish", id, error));
  }
  return { kind: "accepted", plan, follower, response, merged: staged.merged };
}

/** What the producer gets: the receipt as it is at staging. */
export function responseOf({ head, legs }: IntentPlan): Json {
  let counts: StateCounts = NO_COUNTS;
  let duplicates = 0;
  for (const leg of legs) {
    const pending = leg.lanes.reduce((sum, { targets }) => sum + targets.length, 0);
    counts = addCounts(counts, { ...NO_COUNTS, pending });
    duplicates += leg.duplicates;
  }
  return { id: head.id, state: "accepted", counts: countsView(counts, duplicates), links: linksOf(head) };
}

/** What was asked for, and what follows it. */
export function plansOf({ plan, follower }: Plans): readonly IntentPlan[] {
  return follower === null ? [plan] : [plan, follower];
}

function withId(plan: IntentPlan, follower: IntentPlan | null, id: string): [IntentPlan, IntentPlan | null] {
  const { head } = plan;
  if (follower === null) return [{ ...plan, head: { ...head, id } }, null];
  const thenIntent = followerId(id);
  return [
    { ...plan, head: { ...head, id, thenIntent } },
    { ...follower, head: { ...follower.head, id: thenIntent, afterIntent: id } },
  ];
}

/** Equal for equal JSON, whatever its spacing and the order of its keys. */
function digestOf(body: Json): string {
  return createHash("sha256").update(stableJson(body)).digest("base64url");
}

function unavailable(cause: unknown, intentId: string): Admitted {
  if (!(cause instanceof StoreUnavailable)) throw cause;
  return { kind: "unavailable", intentId: cause.maybeApplied ? intentId : null, cause };
}
