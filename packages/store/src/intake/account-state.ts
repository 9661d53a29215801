import {
  type AccountState,
  type CallState,
  exhaustedAtMs,
  LANES,
  type Lane,
  type LaneState,
  type Limits,
  type QuotaShare,
  type QuotaState,
  type Waiting,
  WHOLE_RATE,
} from "@purgeline/core";
import { type Context, type StoreAccount, script } from "../context.ts";
import type { Orphan } from "../orphans.ts";
import { text } from "../script.ts";
import { laneWait } from "../waiting.ts";

interface RawLane {
  readonly lane: Lane;
  readonly pending: number;
  /** Lua's empty tables are JSON objects, and so are these. */
  readonly parked: Readonly<Record<string, number>>;
  /** Batches that wait for another try. */
  readonly retrying: number;
  readonly sending: number;
  readonly running: number;
  readonly urgentAgeMs: number;
  readonly normalAgeMs: number;
  readonly why: string;
  readonly untilMs: string;
}

interface RawCall {
  readonly call: string;
  readonly second: number;
  readonly minute: number;
  /** What of its limits is in force, as a part of `WHOLE_RATE`. */
  readonly share: number;
  readonly heldUntilMs: string;
  /** As it was then, where it was throttled. */
  readonly slowShare: string;
  readonly slowedAtMs: string;
}

interface RawQuota {
  readonly class: string;
  readonly used: number;
  readonly reserved: number;
  readonly full: boolean;
  readonly resetsAtMs: number;
  readonly emptyAtMs: string;
  readonly elsewhere: number;
  readonly shares: readonly QuotaShare[] | Readonly<Record<string, never>>;
  readonly toldLimit: string;
  readonly toldRemaining: string;
  readonly toldBatch: string;
  readonly toldAtMs: string;
}

/** What `read_account.lua` answers; Lua's empty tables are JSON objects. */
interface RawState {
  readonly now: number;
  readonly account: Readonly<Record<string, string | undefined>>;
  readonly lanes: readonly RawLane[] | Readonly<Record<string, never>>;
  readonly calls: readonly RawCall[] | Readonly<Record<string, never>>;
  readonly quotas: readonly RawQuota[] | Readonly<Record<string, never>>;
  readonly pollLagMs: number;
  readonly aheadMs: number;
  readonly stop?: { readonly reason: string; readonly since: number; readonly probeAt: number };
}

export async function readAccount(context: Context, account: StoreAccount): Promise<AccountState> {
  return stateOf(account, await readRaw(context, account), null);
}

/** null: there is nothing left to do for it. */
export async function readOrphan(context: Context, orphan: Orphan): Promise<AccountState | null> {
  const raw = await readRaw(context, orphan);
  const isOpen = listOf(raw.lanes).some((lane) => Math.max(lane.urgentAgeMs, lane.normalAgeMs) >= 0);
  // What waits for its `notBefore` is in no lane yet.
  if (!isOpen && Number(raw.account.pending ?? 0) === 0) return null;
  return stateOf(orphan, raw, { provider: orphan.provider });
}

async function readRaw(context: Context, account: StoreAccount): Promise<RawState> {
  const { limits } = account;
  const reply = await context.run(
    script("read_account"),
    account.name,
    lanesOf(limits).join(","),
    Object.keys(limits.calls).join(","),
    Object.keys(limits.quotas).join(","),
    account.polls.join(","),
    context.resets(account),
  );
  return JSON.parse(text(reply, "read_account")) as RawState;
}

export function lanesOf(limits: Limits): readonly Lane[] {
  return LANES.filter((lane) => limits.lanes[lane] !== undefined);
}

function listOf<T>(value: readonly T[] | Readonly<Record<string, never>>): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function stateOf(account: StoreAccount, raw: RawState, orphan: AccountState["orphan"]): AccountState {
  const { limits } = account;
  const { stop } = raw;
  const paused = raw.account.paused !== undefined;
  const held = heldBy(orphan !== null, paused, stop?.probeAt ?? null);
  const errCode = raw.account.errCode;
  return {
    account: account.name,
    orphan,
    paused,
    stopped:
      stop === undefined ? null : { reason: stop.reason, sinceMs: stop.since, probeAtMs: stop.probeAt },
    lanes: listOf(raw.lanes).map((lane) =>
      laneState(lane, batchOf(lane.lane, limits, listOf(raw.quotas)), held),
    ),
    calls: listOf(raw.calls).map((call) => callState(call, limits)),
    quotas: listOf(raw.quotas).map((quota) => quotaState(quota, limits.quotas[quota.class] ?? 0, raw)),
    ...(raw.aheadMs === 0 ? {} : { providerAheadMs: raw.aheadMs }),
    pollLagMs: raw.pollLagMs,
    lastError:
      errCode === undefined
        ? null
        : {
            call: raw.account.errCall ?? "",
            code: errCode,
            message: raw.account.errMessage ?? "",
            atMs: Number(raw.account.errAt),
          },
  };
}

/** The least that the provider told for the classes that the lane may spend. */
function batchOf(
  lane: Lane,
  limits: Limits,
  quotas: readonly RawQuota[],
): Pick<LaneState, "batch" | "toldBatch"> {
  const own = limits.lanes[lane];
  const batch = own?.batch ?? 0;
  const classes = new Set([own?.quota, ...Object.values(own?.quotaByOption?.classes ?? {}).flat()]);
  const told = quotas.flatMap((each) =>
    classes.has(each.class) && each.toldBatch !== "" ? [Number(each.toldBatch)] : [],
  );
  if (told.length === 0) return { batch, toldBatch: null };
  const toldBatch = Math.min(...told);
  return { batch: Math.min(batch, toldBatch), toldBatch };
}

function laneState(
  raw: RawLane,
  batch: Pick<LaneState, "batch" | "toldBatch">,
  held: Waiting | null,
): LaneState {
  const age = (ms: number): number | null => (ms < 0 ? null : ms);
  return {
    lane: raw.lane,
    pending: raw.pending,
    ...(Object.keys(raw.parked).length === 0 ? {} : { parked: raw.parked }),
    oldestUnconfirmedAgeMs: { urgent: age(raw.urgentAgeMs), normal: age(raw.normalAgeMs) },
    inFlightBatches: raw.sending,
    runningBatches: raw.running,
    waiting: raw.pending + raw.retrying === 0 ? null : (held ?? waitingOf(raw)),
    ...batch,
  };
}

/** What keeps the whole account, whatever its lanes wait for. */
function heldBy(isOrphan: boolean, paused: boolean, stoppedUntilMs: number | null): Waiting | null {
  if (isOrphan) return { reason: "orphaned", untilMs: null };
  if (paused) return { reason: "paused", untilMs: null };
  return stoppedUntilMs === null ? null : { reason: "stopped", untilMs: stoppedUntilMs };
}

function waitingOf(raw: RawLane): Waiting | null {
  return raw.why === "" ? null : laneWait(raw.why, raw.untilMs === "" ? null : Number(raw.untilMs));
}

function callState(raw: RawCall, limits: Limits): CallState {
  const { call, second, minute, share, heldUntilMs, slowShare, slowedAtMs } = raw;
  const { perSecond = null, perMinute = null } = limits.calls[call] ?? {};
  const inForce = (limit: number | null): number | null =>
    limit === null ? null : Math.max(1, Math.floor((limit * share) / WHOLE_RATE));
  return {
    call,
    perSecond,
    perMinute,
    perSecondInForce: inForce(perSecond),
    perMinuteInForce: inForce(perMinute),
    usedLastSecond: second,
    usedLastMinute: minute,
    ...(heldUntilMs === "" ? {} : { heldUntilMs: Number(heldUntilMs) }),
    ...(slowShare === "" ? {} : { slowed: { share: Number(slowShare), fromMs: Number(slowedAtMs) } }),
  };
}

function quotaState(
  raw: RawQuota,
  configured: number,
  { now, aheadMs }: Pick<RawState, "now" | "aheadMs">,
): QuotaState {
  const limit = raw.toldLimit === "" ? configured : Math.min(configured, Number(raw.toldLimit));
  // The provider said that the day is spent, whatever we counted: somebody else spends it too.
  const rest = raw.full ? limit - raw.used - raw.reserved : 0;
  const state = {
    class: raw.class,
    limit,
    used: raw.used,
    reserved: raw.reserved,
    usedElsewhere: Math.max(0, raw.elsewhere, rest),
    ...sharesOf(raw),
    resetsAtMs: raw.resetsAtMs,
  };
  const seenAtMs = raw.emptyAtMs === "" ? null : Number(raw.emptyAtMs);
  return { ...state, told: toldOf(raw), exhaustedAtMs: exhaustedAtMs(state, seenAtMs, now, aheadMs) };
}

function sharesOf({ shares }: RawQuota): Pick<QuotaState, "shares"> {
  const list = listOf(shares);
  return list.length === 0 ? {} : { shares: list.toSorted((a, b) => (a.producer < b.producer ? -1 : 1)) };
}

function toldOf({ toldLimit, toldRemaining, toldAtMs }: RawQuota): QuotaState["told"] {
  if (toldAtMs === "") return null;
  return {
    limit: toldLimit === "" ? null : Number(toldLimit),
    remaining: toldRemaining === "" ? null : Number(toldRemaining),
    atMs: Number(toldAtMs),
  };
}
