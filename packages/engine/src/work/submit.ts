import {
  type AttemptFacts,
  type CallName,
  decide,
  type Face,
  type HttpReply,
  type Lane,
  type Outcome,
  type QuotaFigure,
  quotasOf,
  type Slot,
  type SlotEnd,
  type Take,
  type TakenBatch,
  type Verdict,
} from "@purgeline/core";
import { askQuota } from "./ask-quota.ts";
import type { KeptItems } from "./batch-items.ts";
import { type Answered, sendCall } from "./call.ts";
import { faceOfBatch, faceOfWait, outcomeText } from "./face.ts";
import { isFailure, SUPERSEDED } from "./failures.ts";
import { learnReadyAfter, permitAgeMs, permitEarlyMs } from "./permit-age.ts";
import { accountOf, type WorkAccount, type WorkPorts } from "./ports.ts";
import { surely } from "./surely.ts";
import type { Turns } from "./turns.ts";
import { wake } from "./wake.ts";

/** Longer waits give the job back to the queue; BullMQ's own delays are late by 56 ms (p50, measured). */
const LONGEST_WAIT_HERE_MS = 2000;

/** When a batch was asked for and its answer heard, and how old its permit may get. */
interface Asked {
  readonly askedAt: number;
  readonly heardAt: number;
  readonly ageMs: number;
}

/** A slot at work: what each of its steps knows. */
interface Submission {
  readonly slot: Slot;
  readonly account: WorkAccount;
  readonly lane: Lane;
  readonly call: CallName;
  readonly items: KeptItems;
  readonly ports: WorkPorts;
  readonly show: (face: Face) => Promise<void>;
}

/**
 * One slot, one call: waits for its turn, takes a batch, signs, sends, decides, records.
 * Whatever it throws, the slot runs again, and `take` finds what it had begun.
 */
export async function submit(
  slot: Slot,
  turns: Turns,
  items: KeptItems,
  ports: WorkPorts,
  show: (face: Face) => Promise<void>,
): Promise<SlotEnd> {
  if (slot.kind.for !== "submit") throw new Error(`submit: ${slot.id} is no submit slot`);
  const account = accountOf(ports, slot.account);
  const { lane } = slot.kind;
  const call = account.limits.lanes[lane]?.call;
  if (call === undefined) return { kind: "done", summary: `${slot.account} has no lane ${lane} any more` };
  const work: Submission = { slot, account, lane, call, items, ports, show };
  for (;;) {
    const endTurn = await turns.take(`${slot.account} ${call}`);
    try {
      const askedAt = ports.clock.monotonic();
      const ageMs = permitAgeMs(account, call);
      const taken = await ports.store.take(slot, ageMs, permitEarlyMs(account, call));
      const heardAt = ports.clock.monotonic();
      ports.events.turned();
      tellTaken(work, taken);
      if (taken.kind === "batch") {
        // Whoever is next need not wait for the bytes.
        endTurn();
        return await carryOut(work, taken, { askedAt, heardAt, ageMs });
      }
      await wake(ports, taken.slots);
      if (taken.kind === "end") return { kind: "done", summary: "nothing left to send" };
      if (taken.kind === "rolled") {
        if (taken.absorbed > 0) ports.events.rolledUp(slot.account, lane, taken.absorbed);
        continue;
      }
      await show(faceOfWait(slot.account, lane, taken));
      if (taken.waitMs > LONGEST_WAIT_HERE_MS || ports.stopping.aborted)
        return { kind: "later", delayMs: taken.waitMs };
      // Whoever waits for the call's permit keeps the turn: the others would only be told the same.
      if (taken.why.reason !== "rate") endTurn();
      await ports.clock.sleep(taken.waitMs, ports.stopping);
    } finally {
      endTurn();
    }
  }
}

function tellTaken({ slot, lane, ports }: Submission, taken: Take): void {
  const sealed = taken.kind === "batch" ? taken.sealed : 0;
  if (sealed === 0 && Object.keys(taken.moved.elsewhere).length === 0) return;
  const targets = sealed > 0 ? { sealed } : {};
  ports.events.moved(slot.account, lane, { targets, ...taken.moved });
}

async function carryOut(
  work: Submission,
  { batch, slots }: Extract<Take, { readonly kind: "batch" }>,
  { askedAt, heardAt, ageMs }: Asked,
): Promise<SlotEnd> {
  const { slot, account, lane, call, ports } = work;
  // Not waited for before the call: the permit is good for milliseconds.
  const queued = wake(ports, slots);
  if (batch.resend !== null) ports.events.resent(batch, batch.resend);
  const content = { lane, items: batch.items, options: batch.options };
  const answered = await sendCall<Outcome>(ports, account, {
    call,
    permit: {
      askedAt: askedAt + batch.leadMs,
      leavesAt: heardAt + batch.holdMs,
      ageMs,
      grantedAtMs: batch.grantedAtMs,
    },
    attempt: batch,
    encode: (context) => account.provider.encode(content, context),
    onReady: () => learnReadyAfter(account, call, ports.clock.monotonic() - askedAt),
    decode: (reply: HttpReply, beganAtMs) => account.provider.decode(reply, content, beganAtMs),
  });
  const verdict = decide(answered.answer, await factsOf(work, batch, answered.answer));
  const recorded = await surely(ports, () => ports.store.record(slot, batch, verdict, answered.seen));
  if (recorded.applied && verdict.do === "accept") work.items.keep(batch.id, batch.items);
  await wake(ports, recorded.slots);
  // Nothing was sent, and the record was refused: it has only let the slot go.
  if (answered.answer === SUPERSEDED) {
    await queued;
    return { kind: "done", summary: "another attempt has taken over the batch" };
  }
  tell(work, batch, answered, verdict);
  ports.events.moved(slot.account, lane, recorded.transitions);
  await work.show(faceOfBatch(batch, answered.answer, verdict));
  await queued;
  return endOf(answered.answer, verdict);
}

function endOf(outcome: Outcome, verdict: Verdict): SlotEnd {
  const summary = outcomeText(outcome, verdict);
  return verdict.do === "end" && verdict.end !== "confirmed"
    ? { kind: "failed", reason: summary }
    : { kind: "done", summary };
}

async function factsOf(
  { account, lane, ports }: Submission,
  batch: TakenBatch,
  outcome: Outcome,
): Promise<AttemptFacts> {
  const limits = account.limits.lanes[lane];
  const quotas = limits === undefined ? [] : quotasOf(limits, batch.options);
  const units = batch.items.length * (limits?.unitsPerTarget ?? 1);
  const isShort = (told: readonly QuotaFigure[]): boolean =>
    told.some(
      ({ class: name, remaining }) => quotas.includes(name) && remaining !== null && remaining < units,
    );
  return {
    items: batch.items,
    attempt: batch.attempt,
    ageMs: batch.ageMs,
    giveUpAfterMs: account.account.giveUpAfterMs,
    resendAfterMs: limits?.resendAfterMs ?? 0,
    pollInMs: account.limits.pollEveryMs,
    quotas,
    units,
    // A code alone does not say whether it was the day: the provider's own figures do.
    told: outcome.kind === "quota" ? await askQuota(account, isShort, ports) : null,
    jitter: ports.chance.unit(),
  };
}

function tell(
  { slot, call, ports }: Submission,
  batch: TakenBatch,
  { answer: outcome, durationMs }: Answered<Outcome>,
  verdict: Verdict,
): void {
  const taskIds = outcome.kind === "accepted" ? outcome.tasks.map((task) => task.id) : [];
  ports.events.sent({ batch, call, outcome, verdict, durationMs, taskIds });
  if (verdict.do !== "retry" || !isFailure(outcome)) return;
  const { account } = slot;
  if (verdict.hold?.scope === "quota")
    for (const { class: quota, remaining } of verdict.hold.spent)
      if ((remaining ?? 0) === 0) ports.events.quotaSpent(account, quota);
  if (verdict.hold?.scope === "account") ports.events.stopped(account, outcome.code, outcome.message);
}
