import type {
  CallName,
  Lane,
  LookupAnswer,
  Op,
  Outcome,
  PollAnswer,
  QuotaAnswer,
  State,
  TakenBatch,
} from "@purgeline/core";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { COUNTERS, HISTOGRAMS, PROCESS_GAUGES, STATE_GAUGES } from "./metric-table.ts";
import { type Sample, type StateSnapshot, samplesOf } from "./state.ts";

export type IntentResult = "accepted" | "refused" | "replayed";
export type CallOutcome = (Outcome | PollAnswer | LookupAnswer | QuotaAnswer)["kind"];
export type ResendCause = NonNullable<TakenBatch["resend"]>;

/** Durations are milliseconds here, as everywhere in the code, and seconds in what Prometheus reads. */
export interface Metrics {
  intent(op: Op, result: IntentResult): void;
  /** `count` targets of a lane went into `state`. */
  targets(account: string, lane: Lane, state: State, count: number): void;
  merged(account: string, lane: Lane, cause: "duplicate" | "absorbed", count: number): void;
  batchSent(account: string, lane: Lane, targets: number): void;
  providerCall(account: string, call: CallName, outcome: CallOutcome, durationMs: number): void;
  intentDuration(op: Op, stage: "submitted" | "confirmed", durationMs: number): void;
  permitWait(account: string, call: CallName, waitMs: number): void;
  duplicateSubmission(account: string, cause: ResendCause): void;
  /** A loop of this role moved work forward just now; call it once at the start, too. */
  progress(role: string): void;
  /** `route` is the pattern (`/v1/intents/:id`), never the path of a request. */
  httpRequest(route: string, code: number, durationMs: number): void;
  /** How each scrape reads the state; without it no state gauge is shown. */
  readStateWith(read: () => Promise<StateSnapshot>): void;
  /** The whole exposition; never rejects because of Redis. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface MetricsOptions {
  readonly version: string;
  /** Hears why a scrape shows no state. */
  readonly onStateError?: (error: unknown) => void;
  /** Node's own metrics; absent: they are shown. */
  readonly nodeMetrics?: boolean;
  /** A scrape waits no longer for the state. */
  readonly stateTimeoutMs?: number;
}

// Half of Prometheus's default scrape_timeout of 10 s: a silent Redis must not cost the process's own metrics.
const STATE_TIMEOUT_MS = 5_000;

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  if (options.nodeMetrics !== false) collectDefaultMetrics({ register: registry });
  const { counter, histogram, gauge } = makersIn(registry);
  const callsTotal = counter("purgeline_provider_calls_total");
  const callSeconds = histogram("purgeline_provider_call_duration_seconds");
  const intents = counter("purgeline_intents_total");
  const targets = counter("purgeline_targets_total");
  const merged = counter("purgeline_merged_targets_total");
  const batchTargets = histogram("purgeline_batch_targets");
  const intentSeconds = histogram("purgeline_intent_duration_seconds");
  const permitSeconds = histogram("purgeline_permit_wait_seconds");
  const duplicates = counter("purgeline_duplicate_submissions_total");
  const lastProgress = gauge("purgeline_last_progress_timestamp_seconds");
  const requestSeconds = histogram("purgeline_http_request_duration_seconds");
  gauge("purgeline_build_info").set({ version: options.version }, 1);
  let readState: (() => Promise<StateSnapshot>) | null = null;

  return {
    intent: (op, result) => intents.inc({ op, result }),
    targets: (account, lane, state, count) => targets.inc({ account, lane, state }, count),
    merged: (account, lane, cause, count) => merged.inc({ account, lane, cause }, count),
    batchSent: (account, lane, size) => batchTargets.observe({ account, lane }, size),
    providerCall(account, call, outcome, durationMs) {
      callsTotal.inc({ account, call, outcome });
      callSeconds.observe({ account, call }, durationMs / 1000);
    },
    intentDuration: (op, stage, durationMs) => intentSeconds.observe({ op, stage }, durationMs / 1000),
    permitWait: (account, call, waitMs) => permitSeconds.observe({ account, call }, waitMs / 1000),
    duplicateSubmission: (account, cause) => duplicates.inc({ account, cause }),
    progress: (role) => lastProgress.set({ role }, Date.now() / 1000),
    httpRequest: (route, code, durationMs) => requestSeconds.observe({ route, code }, durationMs / 1000),
    readStateWith(read) {
      readState = read;
    },
    async render() {
      const state = readState === null ? "" : await exposeState(readState, options);
      return { contentType: registry.contentType, body: (await registry.metrics()) + state };
    },
  };
}

function makersIn(registry: Registry) {
  const registers = [registry];
  return {
    counter(name: keyof typeof COUNTERS): Counter {
      const { help, labels } = COUNTERS[name];
      return new Counter({ name, help, labelNames: labels, registers });
    },
    histogram(name: keyof typeof HISTOGRAMS): Histogram {
      const { help, labels, buckets } = HISTOGRAMS[name];
      return new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers });
    },
    gauge(name: keyof typeof PROCESS_GAUGES): Gauge {
      const { help, labels } = PROCESS_GAUGES[name];
      return new Gauge({ name, help, labelNames: labels, registers });
    },
  };
}

async function exposeState(read: () => Promise<StateSnapshot>, options: MetricsOptions): Promise<string> {
  let snapshot: StateSnapshot | null = null;
  try {
    snapshot = await inTime(read(), options.stateTimeoutMs ?? STATE_TIMEOUT_MS);
  } catch (error) {
    options.onStateError?.(error);
  }
  return exposeSamples(samplesOf(snapshot));
}

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error(`metrics: the state was not read within ${timeoutMs} ms`, { cause: signal.reason }));
    });
  });
  return await Promise.race([work, late]);
}

/** A registry for each scrape: a label set that has gone cannot stay behind, and two scrapes cannot mix. */
function exposeSamples(samples: readonly Sample[]): Promise<string> {
  const registry = new Registry();
  for (const [name, group] of Map.groupBy(samples, (sample) => sample.name)) {
    const { help, labels } = STATE_GAUGES[name];
    const gauge = new Gauge({ name, help, labelNames: labels, registers: [registry] });
    for (const { labels: values, value } of group) gauge.set({ ...values }, value);
  }
  return registry.metrics();
}
