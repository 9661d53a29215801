import {
  type AccountState,
  type CallState,
  type JsonObject,
  type LaneState,
  type QuotaState,
  remainingOf,
} from "@purgeline/core";
import { rfc3339, rfc3339OrNull } from "./rfc3339.ts";

/** One account as ops see it; `configured`: its provider's name, where the configuration names it. */
export function accountView(state: AccountState, configured: string): JsonObject {
  const { stopped, lastError, orphan } = state;
  return {
    account: state.account,
    provider: orphan?.provider ?? configured,
    orphaned: orphan !== null,
    paused: state.paused,
    stopped:
      stopped === null
        ? null
        : {
            reason: stopped.reason,
            since: rfc3339(stopped.sinceMs),
            probeAt: rfc3339(stopped.probeAtMs),
          },
    lanes: state.lanes.map(laneView),
    calls: state.calls.map(callView),
    quotas: state.quotas.map(quotaView),
    pollLagMs: state.pollLagMs,
    lastError:
      lastError === null
        ? null
        : {
            call: lastError.call,
            code: lastError.code,
            message: lastError.message,
            at: rfc3339(lastError.atMs),
          },
  };
}

function laneView(lane: LaneState): JsonObject {
  return {
    lane: lane.lane,
    pending: lane.pending,
    oldestUnconfirmedAgeMs: { ...lane.oldestUnconfirmedAgeMs },
    inFlight: lane.inFlightBatches,
    running: lane.runningBatches,
    waiting:
      lane.waiting === null
        ? null
        : { reason: lane.waiting.reason, until: rfc3339OrNull(lane.waiting.untilMs) },
    batch: lane.batch,
    toldBatch: lane.toldBatch,
  };
}

function callView(call: CallState): JsonObject {
  return {
    call: call.call,
    perSecond: call.perSecond,
    perMinute: call.perMinute,
    perSecondInForce: call.perSecondInForce,
    perMinuteInForce: call.perMinuteInForce,
    usedLastSecond: call.usedLastSecond,
    usedLastMinute: call.usedLastMinute,
  };
}

function quotaView(quota: QuotaState): JsonObject {
  const { told } = quota;
  return {
    quota: quota.class,
    limit: quota.limit,
    used: quota.used,
    reserved: quota.reserved,
    usedElsewhere: quota.usedElsewhere,
    remaining: remainingOf(quota),
    shares: (quota.shares ?? []).map(({ producer, limit, used }) => ({ token: producer, limit, used })),
    told: told === null ? null : { limit: told.limit, remaining: told.remaining, at: rfc3339(told.atMs) },
    resetsAt: rfc3339(quota.resetsAtMs),
    exhaustedAt: rfc3339OrNull(quota.exhaustedAtMs),
  };
}
