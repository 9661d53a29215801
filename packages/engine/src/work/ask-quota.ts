import {
  type CallName,
  type HttpReply,
  type QuotaAnswer,
  type QuotaFigure,
  StoreUnavailable,
} from "@purgeline/core";
import { permitted, sendCall } from "./call.ts";
import { decideQuery } from "./decide-query.ts";
import { isFailure } from "./failures.ts";
import type { WorkAccount, WorkPorts } from "./ports.ts";
import { wake } from "./wake.ts";

/**
 * A call that is closed for longer is left for the next round: a refused batch waits for this one, and its attempt
 * ends 20 s after its own call's time-out.
 */
const LONGEST_WAIT_MS = 3000;
/** Beside its time-out, what a call of a round may take before others may ask as well. */
const CALL_GRACE_MS = 10_000;
/** How long whoever was told to wait may sleep: a lane may begin to wait for quota, which makes the next round due sooner. */
const LONGEST_PAUSE_MS = 5_000;

/** Rounds under way: who is refused meanwhile waits for the same answer. */
const rounds = new WeakMap<WorkAccount, Promise<Round>>();

interface Round {
  /** null: nobody says anything. */
  readonly told: readonly QuotaFigure[] | null;
  /** Until it is worth to ask again. */
  readonly pauseMs: number;
}

/** The calls by which the provider tells the account's quota; empty: it does not. */
export function quotaCalls({ account, provider }: WorkAccount): readonly CallName[] {
  return provider.quota?.calls(account.settings) ?? [];
}

/**
 * The provider's own figures as they are now, asked for here or by whoever came first; null: there are none. They are
 * in the ledger by then. What was asked before the refusal counts only where it `isShort` already: that there was room
 * then proves nothing, and what is gone stays gone for the day.
 */
export async function askQuota(
  account: WorkAccount,
  isShort: (told: readonly QuotaFigure[]) => boolean,
  ports: WorkPorts,
): Promise<readonly QuotaFigure[] | null> {
  if (quotaCalls(account).length === 0) return null;
  try {
    const earlier = await rounds.get(account);
    if (earlier?.told && isShort(earlier.told)) return earlier.told;
    const first = await quotaRound(account, true, ports);
    if (first.pauseMs === 0 || (first.told !== null && isShort(first.told))) return first.told;
    await ports.clock.sleep(Math.min(first.pauseMs, LONGEST_WAIT_MS), ports.stopping);
    return (await quotaRound(account, true, ports)).told;
  } catch (error) {
    // What the provider said to the batch must be written, whatever becomes of this.
    if (error instanceof StoreUnavailable) return null;
    throw error;
  }
}

/** One turn of an account's quota loop: asks if it is time to; resolves with how long the next turn can wait. */
export async function followQuota(account: WorkAccount, atOnce: boolean, ports: WorkPorts): Promise<number> {
  return (await quotaRound(account, atOnce, ports)).pauseMs;
}

function quotaRound(account: WorkAccount, atOnce: boolean, ports: WorkPorts): Promise<Round> {
  const under = rounds.get(account) ?? begin(account, atOnce, ports).finally(() => rounds.delete(account));
  rounds.set(account, under);
  return under;
}

async function begin(account: WorkAccount, atOnce: boolean, ports: WorkPorts): Promise<Round> {
  const { name } = account.account.settings;
  const calls = quotaCalls(account);
  if (calls.length === 0) return { told: null, pauseMs: LONGEST_PAUSE_MS };
  const claimed = await ports.store.claimQuota(name, {
    calls,
    everyMs: account.account.askQuotaEveryMs,
    leaseMs: calls.reduce((sum, call) => sum + timeoutOf(account, call) + CALL_GRACE_MS, 0),
    atOnce,
  });
  if (claimed.kind === "wait") {
    const told = claimed.told.length === 0 ? null : claimed.told;
    return { told, pauseMs: Math.min(claimed.waitMs, LONGEST_PAUSE_MS) };
  }
  const told: QuotaFigure[] = [];
  // Where it is cut short the lease stays, and the round is made up for when that ends.
  for (const [index, call] of calls.entries()) {
    const figures = await askOne(account, call, index === calls.length - 1, ports);
    if (figures === null) break;
    told.push(...figures);
  }
  return { told: told.length === 0 ? null : told, pauseMs: 0 };
}

function timeoutOf({ limits }: WorkAccount, call: CallName): number {
  return limits.calls[call]?.timeoutMs ?? 0;
}

/** null: no further call would be served now. */
async function askOne(
  account: WorkAccount,
  call: CallName,
  isLast: boolean,
  ports: WorkPorts,
): Promise<readonly QuotaFigure[] | null> {
  const { provider } = account;
  const { name } = account.account.settings;
  const codec = provider.quota;
  const wish = { unusedMs: null, attempt: null, mostMs: LONGEST_WAIT_MS };
  const permit = await permitted(ports, account, call, wish);
  if (codec === undefined || permit === null || permit === "superseded") return null;
  const { answer, durationMs, seen } = await sendCall<QuotaAnswer>(ports, account, {
    call,
    permit,
    attempt: null,
    encode: (context) => codec.encode(call, context),
    decode: (reply: HttpReply) => codec.decode(call, reply),
  });
  ports.events.quotaAsked({ account: name, call, answer, durationMs });
  if (!isFailure(answer)) {
    const { figures } = answer;
    await wake(ports, await ports.store.settleQuota(name, { figures, hold: null, seen, isLast }));
    return figures;
  }
  const { hold } = decideQuery(answer, ports.chance.unit());
  const isStopped = hold?.scope === "account";
  await ports.store.settleQuota(name, { figures: [], hold, seen, isLast: isLast || isStopped });
  if (isStopped) ports.events.stopped(name, answer.code, answer.message);
  return isStopped ? null : [];
}
