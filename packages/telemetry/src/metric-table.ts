/**
 * Every metric of Purgeline: the one place that knows names, labels and buckets.
 * docs/metrics.md and infra/prometheus/ are checked against it.
 *
 * No per-URL, per-intent or per-task labels: the number of series is bounded by
 * accounts × (7 lanes or ~10 calls), some hundreds for ten accounts.
 */

interface Described {
  readonly help: string;
  readonly labels: readonly string[];
}

/** Seconds of one HTTP round trip to a provider: 10 ms on loopback to the 30 s time-out. */
const CALL_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds of a whole intent: from at once to giveUpAfter's 24 h; a spent quota makes hours normal. */
const INTENT_SECONDS = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 43200, 86400,
];
/** Seconds until the limit lets a call go: one interval at 50/s is 20 ms, at 10/min 6 s. */
const PERMIT_SECONDS = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
/** Targets in one call: bounded by the providers' maxima 1, 10, 20, 100, 500 and 1,000. */
const BATCH_TARGETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
/** Seconds of one request to our own API; `?wait=` holds one up to a minute. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export const COUNTERS = {
  purgeline_intents_total: {
    help: "Intents that came in, by what became of them at the door.",
    labels: ["op", "result"],
  },
  purgeline_targets_total: {
    help: "Transitions of targets into a state.",
    labels: ["account", "lane", "state"],
  },
  purgeline_merged_targets_total: {
    help: "Targets that cost nothing, because other work stands for them.",
    labels: ["account", "lane", "cause"],
  },
  purgeline_provider_calls_total: {
    help: "Calls to the providers, polls included, by the class of their outcome.",
    labels: ["account", "call", "outcome"],
  },
  purgeline_duplicate_submissions_total: {
    help: "Batches sent again although the last sending may have been applied.",
    labels: ["account", "cause"],
  },
} as const satisfies Readonly<Record<string, Described>>;

export const HISTOGRAMS = {
  purgeline_batch_targets: {
    help: "Targets in one sent batch.",
    labels: ["account", "lane"],
    buckets: BATCH_TARGETS,
  },
  purgeline_provider_call_duration_seconds: {
    help: "From the first byte sent to a provider to the last byte of its answer.",
    labels: ["account", "call"],
    buckets: CALL_SECONDS,
  },
  purgeline_intent_duration_seconds: {
    help: "From an intent's staging until all of it is submitted, or confirmed.",
    labels: ["op", "stage"],
    buckets: INTENT_SECONDS,
  },
  purgeline_permit_wait_seconds: {
    help: "How long a call that was ready waited for its rate limit.",
    labels: ["account", "call"],
    buckets: PERMIT_SECONDS,
  },
  purgeline_http_request_duration_seconds: {
    help: "Requests to Purgeline's own HTTP servers.",
    labels: ["route", "code"],
    buckets: REQUEST_SECONDS,
  },
} as const satisfies Readonly<Record<string, Described & { readonly buckets: readonly number[] }>>;

/** Facts of the process itself. */
export const PROCESS_GAUGES = {
  purgeline_build_info: { help: "Always 1; the label says which version runs.", labels: ["version"] },
  purgeline_last_progress_timestamp_seconds: {
    help: "When a loop of this process last moved work forward, or the process started.",
    labels: ["role"],
  },
} as const satisfies Readonly<Record<string, Described>>;

/** Read from Redis at each scrape: equal at every api, so rules use `max without (instance)`. */
export const STATE_GAUGES = {
  purgeline_redis_up: {
    help: "1: this process can read Redis; 0: it cannot, and no other state is shown.",
    labels: [],
  },
  purgeline_pending_targets: {
    help: "Distinct keys that wait to be sent, or for the wider purge that absorbed them.",
    labels: ["account", "lane"],
  },
  purgeline_intake_limit_targets: {
    help: "Pending targets at which the intake answers 429 (intake.maxPendingTargets).",
    labels: [],
  },
  purgeline_redis_memory_bytes: {
    help: "Memory of Redis, as far as it counts against its maxmemory; of a cluster the fullest node's.",
    labels: [],
  },
  purgeline_redis_memory_limit_bytes: {
    help: "Memory at which the intake answers 503 (intake.maxMemoryPercent of maxmemory); absent: there is no limit.",
    labels: [],
  },
  purgeline_oldest_unconfirmed_age_seconds: {
    help: "Age of the oldest target that has no end yet; 0: there is none.",
    labels: ["account", "lane", "priority"],
  },
  purgeline_waiting_targets: {
    help: "Pending targets of a lane that waits, by what it waits for.",
    labels: ["account", "lane", "reason"],
  },
  purgeline_in_flight_batches: {
    help: "Sealed batches whose call has not been answered.",
    labels: ["account", "lane"],
  },
  purgeline_running_batches: {
    help: "Batches that the provider accepted and works on.",
    labels: ["account", "lane"],
  },
  purgeline_quota_limit: {
    help: "Units of the provider's day, as configured or told.",
    labels: ["account", "quota"],
  },
  purgeline_quota_used: {
    help: "Units spent in the provider's day, by others too.",
    labels: ["account", "quota"],
  },
  purgeline_quota_remaining: {
    help: "Units neither spent nor reserved in the provider's day.",
    labels: ["account", "quota"],
  },
  purgeline_quota_exhausted_timestamp_seconds: {
    help: "When the provider's day was, or at this speed will be, spent; absent: not before its reset.",
    labels: ["account", "quota"],
  },
  purgeline_call_limit: {
    help: "Calls allowed in a second, or a minute, as configured.",
    labels: ["account", "call", "per"],
  },
  purgeline_call_limit_in_force: {
    help: "The same as it is kept now: less for a while after the provider throttled.",
    labels: ["account", "call", "per"],
  },
  purgeline_account_paused: {
    help: "1: submits were paused by someone.",
    labels: ["account", "reason"],
  },
  purgeline_account_stopped: {
    help: "1: the provider refuses the credential; nothing is sent.",
    labels: ["account", "reason"],
  },
  purgeline_account_orphaned: {
    help: "1: the account has unfinished work and the configuration does not name it.",
    labels: ["account"],
  },
  purgeline_poll_lag_seconds: { help: "How late the most overdue status query is.", labels: ["account"] },
  purgeline_queue_jobs: { help: "BullMQ jobs.", labels: ["queue", "state"] },
} as const satisfies Readonly<Record<string, Described>>;

export type StateGauge = keyof typeof STATE_GAUGES;
