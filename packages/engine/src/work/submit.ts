import {
  type AttemptFacts,
  decide,
  type Face,
  type HttpReply,
  type Outcome,
  type Slot,
  type SlotEnd,
  type TakenBatch,
  type Verdict,
} from "@purgeline/core";
import { type Answered, isFailure, type Permit, sendCall } from "./call.ts";
import { faceOfBatch, faceOfWait, outcomeText } from "./face.ts";
import { accountOf, type WorkAccount, type WorkPorts } from "./ports.ts";
import { surely } from "./surely.ts";
import type { Turns } from "./turns.ts";
import { wake } from "./wake.ts";

/** Longer waits give the job back to the queue; BullMQ's own delays are late by 56 ms (p50, measured). */
const LONGEST_WAIT_HERE_MS = 2000;

/**
 * One slot, one call: waits for its turn, takes a batch, signs, sends, decides, records.
 * Whatever it throws, the slot runs again, and `take` finds what it had begun.
 */
export async function submit(
  slot: Slot,
  turns: Turns,
  ports: WorkPorts,
  show: (face: Face) => Promise<void>,
): Promise<SlotEnd> {
  if (slot.kind.for !== "submit") throw new Error(`submit: ${slot.id} is no submit slot`);
  const account = accountOf(ports, slot.account);
  const { lane } = slot.kind;
  const limits = account.limits.lanes[lane];
  if (limits === undefined) return { kind: "done", summary: `${slot.account} has no lane ${lane} any more` };
  for (;;) {
    const endTurn = await turns.take(`${slot.account} ${limits.call}`);
    try {
      const askedAt = ports.clock.monotonic();
      const taken = await ports.store.take(slot);
      ports.events.turned();
      if (taken.kind === "end") return { kind: "done", summary: "nothing left to send" };
      if (taken.kind === "batch") {
        // Not waited for before the call: the permit is good for milliseconds.
        const queued = wake(ports, taken.slots);
        if (taken.sealed > 0)
          ports.events.moved(slot.account, lane, { targets: { sealed: taken.sealed }, legs: [] });
        const permit = { askedAt, grantedAtMs: taken.batch.grantedAtMs };
        const end = await carryOut(slot, account, limits.call, taken.batch, permit, endTurn, ports, show);
        await queued;
        return end;
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

async function carryOut(
  slot: Slot,
  account: WorkAccount,
  call: string,
  batch: TakenBatch,
  permit: Permit,
  onWrite: () => void,
  ports: WorkPorts,
  show: (face: Face) => Promise<void>,
): Promise<SlotEnd> {
  if (batch.resend !== null) ports.events.resent(batch, batch.resend);
  const content = { lane: batch.lane, items: batch.items, options: batch.options };
  const answered = await sendCall<Outcome>(ports, account, {
    call,
    permit,
    encode: (context) => account.provider.encode(content, context),
    decode: (reply: HttpReply) => account.provider.decode(reply, content),
    onWrite,
  });
  const verdict = decide(answered.answer, factsOf(account, batch, ports));
  const recorded = await surely(ports, () => ports.store.record(slot, batch, verdict, answered.seen));
  await wake(ports, recorded.slots);
  tell(account, call, batch, answered, verdict, ports);
  ports.events.moved(batch.account, batch.lane, recorded.transitions);
  await show(faceOfBatch(batch, answered.answer, verdict));
  const summary = outcomeText(answered.answer, verdict);
  return verdict.do === "end" && verdict.end !== "confirmed"
    ? { kind: "failed", reason: summary }
    : { kind: "done", summary };
}

function factsOf(account: WorkAccount, batch: TakenBatch, ports: WorkPorts): AttemptFacts {
  return {
    items: batch.items,
    attempt: batch.attempt,
    ageMs: batch.ageMs,
    giveUpAfterMs: account.account.giveUpAfterMs,
    pollInMs: account.limits.pollEveryMs,
    quota: account.limits.lanes[batch.lane]?.quota ?? null,
    jitter: ports.chance.unit(),
  };
}

function tell(
  account: WorkAccount,
  call: string,
  batch: TakenBatch,
  answered: Answered<Outcome>,
  verdict: Verdict,
  ports: WorkPorts,
): void {
  const { answer: outcome, durationMs } = answered;
  const taskIds = outcome.kind === "accepted" ? outcome.tasks.map((task) => task.id) : [];
  ports.events.sent({ batch, call, outcome, verdict, durationMs, taskIds });
  if (verdict.do !== "retry" || !isFailure(outcome)) return;
  const { name } = account.account.settings;
  if (verdict.hold?.scope === "quota") ports.events.quotaSpent(name, verdict.hold.class);
  if (verdict.hold?.scope === "account") ports.events.stopped(name, outcome.code, outcome.message);
}
