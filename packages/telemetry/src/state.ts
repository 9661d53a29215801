import {
  type AccountState,
  type CallState,
  type LaneState,
  type MemoryState,
  type Priority,
  remainingOf,
} from "@purgeline/core";
import type { StateGauge } from "./metric-table.ts";

/** Jobs of one BullMQ queue by state (`waiting`, `active`, `delayed`, `failed` …). */
export interface QueueJobs {
  readonly queue: string;
  readonly jobs: Readonly<Record<string, number>>;
}

/** What one scrape shows of the state in Redis. */
export interface StateSnapshot {
  /** From an api: all accounts. From other roles: none; one place tells, or sums would count twice. */
  readonly accounts: readonly AccountState[];
  readonly queues: readonly QueueJobs[];
  /** null: this role has no intake. */
  readonly intakeLimitTargets: number | null;
  /** Absent from roles without an intake. */
  readonly redisMemory?: MemoryState;
}

export interface Sample {
  readonly name: StateGauge;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

// Only people pause an account; an empty reason is, to Prometheus, no label.
const PAUSED_BY = "operator";
const PRIORITIES: readonly Priority[] = ["urgent", "normal"];

/** All state gauges of one scrape; null: Redis could not be read, so nothing but that is known. */
export function samplesOf(snapshot: StateSnapshot | null): readonly Sample[] {
  if (snapshot === null) return [{ name: "purgeline_redis_up", labels: {}, value: 0 }];
  const { intakeLimitTargets: limit } = snapshot;
  return [
    { name: "purgeline_redis_up", labels: {}, value: 1 },
    ...(limit === null
      ? []
      : [{ name: "purgeline_intake_limit_targets" as const, labels: {}, value: limit }]),
    ...(snapshot.redisMemory === undefined ? [] : memorySamples(snapshot.redisMemory)),
    ...snapshot.accounts.flatMap(accountSamples),
    ...snapshot.queues.flatMap(queueSamples),
  ];
}

function memorySamples({ usedBytes, limitBytes }: MemoryState): readonly Sample[] {
  return [
    { name: "purgeline_redis_memory_bytes", labels: {}, value: usedBytes },
    ...(limitBytes === null
      ? []
      : [{ name: "purgeline_redis_memory_limit_bytes" as const, labels: {}, value: limitBytes }]),
  ];
}

function accountSamples(state: AccountState): readonly Sample[] {
  const { account } = state;
  return [
    {
      name: "purgeline_account_paused",
      labels: { account, reason: state.paused ? PAUSED_BY : "" },
      value: state.paused ? 1 : 0,
    },
    {
      name: "purgeline_account_stopped",
      labels: { account, reason: state.stopped?.reason ?? "" },
      value: state.stopped === null ? 0 : 1,
    },
    { name: "purgeline_account_orphaned", labels: { account }, value: state.orphan === null ? 0 : 1 },
    { name: "purgeline_poll_lag_seconds", labels: { account }, value: state.pollLagMs / 1000 },
    ...state.lanes.flatMap((lane) => laneSamples(account, lane)),
    ...state.calls.flatMap((call) => callSamples(account, call)),
    ...state.quotas.flatMap((quota): readonly Sample[] => {
      const labels = { account, quota: quota.class };
      return [
        { name: "purgeline_quota_limit", labels, value: quota.limit },
        { name: "purgeline_quota_used", labels, value: quota.used + quota.usedElsewhere },
        { name: "purgeline_quota_remaining", labels, value: remainingOf(quota) },
        ...(quota.exhaustedAtMs === null
          ? []
          : [
              {
                name: "purgeline_quota_exhausted_timestamp_seconds" as const,
                labels,
                value: quota.exhaustedAtMs / 1000,
              },
            ]),
      ];
    }),
  ];
}

function laneSamples(account: string, state: LaneState): readonly Sample[] {
  const labels = { account, lane: state.lane };
  const samples: Sample[] = [
    { name: "purgeline_pending_targets", labels, value: state.pending },
    { name: "purgeline_in_flight_batches", labels, value: state.inFlightBatches },
    { name: "purgeline_running_batches", labels, value: state.runningBatches },
    ...PRIORITIES.map((priority) => ({
      name: "purgeline_oldest_unconfirmed_age_seconds" as const,
      labels: { ...labels, priority },
      value: (state.oldestUnconfirmedAgeMs[priority] ?? 0) / 1000,
    })),
  ];
  if (state.waiting !== null && state.pending > 0) {
    const { reason } = state.waiting;
    samples.push({ name: "purgeline_waiting_targets", labels: { ...labels, reason }, value: state.pending });
  }
  return samples;
}

function callSamples(account: string, state: CallState): readonly Sample[] {
  const rates = [
    { per: "second", limit: state.perSecond, inForce: state.perSecondInForce },
    { per: "minute", limit: state.perMinute, inForce: state.perMinuteInForce },
  ];
  return rates.flatMap(({ per, limit, inForce }): readonly Sample[] => {
    const labels = { account, call: state.call, per };
    if (limit === null || inForce === null) return [];
    return [
      { name: "purgeline_call_limit", labels, value: limit },
      { name: "purgeline_call_limit_in_force", labels, value: inForce },
    ];
  });
}

function queueSamples({ queue, jobs }: QueueJobs): readonly Sample[] {
  return Object.entries(jobs).map(([state, value]) => ({
    name: "purgeline_queue_jobs",
    labels: { queue, state },
    value,
  }));
}
