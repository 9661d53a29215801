import type { AccountState } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { createMetrics, type MetricsOptions, type StateSnapshot } from "../src/index.ts";

const ALI: AccountState = {
  account: "ali",
  orphan: null,
  paused: false,
  stopped: null,
  lanes: [
    {
      lane: "purge-url",
      pending: 50_412,
      oldestUnconfirmedAgeMs: { normal: 61_500, urgent: null },
      inFlightBatches: 3,
      runningBatches: 7,
      waiting: { reason: "quota", untilMs: 0 },
      batch: 1000,
      toldBatch: null,
    },
  ],
  calls: [
    {
      call: "RefreshObjectCaches",
      perSecond: 50,
      perMinute: null,
      perSecondInForce: 25,
      perMinuteInForce: null,
      usedLastSecond: 3,
      usedLastMinute: 9,
    },
  ],
  quotas: [
    {
      class: "url",
      limit: 10_000,
      used: 7_000,
      reserved: 1_000,
      usedElsewhere: 2_000,
      told: null,
      resetsAtMs: 0,
      exhaustedAtMs: 1_500,
    },
  ],
  pollLagMs: 1_250,
  lastError: null,
};
const STATE: StateSnapshot = {
  accounts: [ALI],
  queues: [{ queue: "submit.ali", jobs: { waiting: 2, failed: 1 } }],
  intakeLimitTargets: 5_000_000,
  redisMemory: { usedBytes: 700, limitBytes: 1000 },
};

function setup(options: Partial<MetricsOptions> = {}) {
  const metrics = createMetrics({ version: "1.2.3", nodeMetrics: false, ...options });
  /** The lines of one metric, comments left out. */
  const samples = async (name: string): Promise<readonly string[]> => {
    const { body } = await metrics.render();
    return body.split("\n").filter((line) => line.startsWith(name) && /[{ ]/.test(line.charAt(name.length)));
  };
  return { metrics, samples };
}

describe("counters and histograms", () => {
  it("what is counted appears under the contract's names and labels", async () => {
    const { metrics, samples } = setup();
    metrics.intent("purge", "accepted");
    metrics.targets("ali", "purge-url", "confirmed", 3);
    metrics.merged("ali", "purge-url", "duplicate", 2);
    metrics.duplicateSubmission("ali", "crash");
    expect(await samples("purgeline_intents_total")).toEqual([
      'purgeline_intents_total{op="purge",result="accepted"} 1',
    ]);
    expect(await samples("purgeline_targets_total")).toEqual([
      'purgeline_targets_total{account="ali",lane="purge-url",state="confirmed"} 3',
    ]);
    expect(await samples("purgeline_merged_targets_total")).toEqual([
      'purgeline_merged_targets_total{account="ali",lane="purge-url",cause="duplicate"} 2',
    ]);
    expect(await samples("purgeline_duplicate_submissions_total")).toEqual([
      'purgeline_duplicate_submissions_total{account="ali",cause="crash"} 1',
    ]);
  });

  it("milliseconds go in and seconds come out", async () => {
    const { metrics, samples } = setup();
    metrics.providerCall("ali", "RefreshObjectCaches", "accepted", 1_500);
    metrics.intentDuration("purge", "confirmed", 90_000);
    metrics.permitWait("ali", "RefreshObjectCaches", 20);
    metrics.httpRequest("/v1/intents", 202, 4);
    metrics.batchSent("ali", "purge-url", 1_000);
    expect(await samples("purgeline_provider_calls_total")).toEqual([
      'purgeline_provider_calls_total{account="ali",call="RefreshObjectCaches",outcome="accepted"} 1',
    ]);
    expect(await samples("purgeline_provider_call_duration_seconds_sum")).toEqual([
      'purgeline_provider_call_duration_seconds_sum{account="ali",call="RefreshObjectCaches"} 1.5',
    ]);
    expect(await samples("purgeline_intent_duration_seconds_sum")).toEqual([
      'purgeline_intent_duration_seconds_sum{op="purge",stage="confirmed"} 90',
    ]);
    expect(await samples("purgeline_permit_wait_seconds_sum")).toEqual([
      'purgeline_permit_wait_seconds_sum{account="ali",call="RefreshObjectCaches"} 0.02',
    ]);
    expect(await samples("purgeline_http_request_duration_seconds_sum")).toEqual([
      'purgeline_http_request_duration_seconds_sum{route="/v1/intents",code="202"} 0.004',
    ]);
    expect(await samples("purgeline_batch_targets_bucket")).toContain(
      'purgeline_batch_targets_bucket{le="1000",account="ali",lane="purge-url"} 1',
    );
  });

  it("the time of the last progress is now, by role", async () => {
    const { metrics, samples } = setup();
    const beforeMs = Date.now();
    metrics.progress("worker");
    const [line = ""] = await samples("purgeline_last_progress_timestamp_seconds");
    expect(line).toContain('{role="worker"}');
    expect(Number(line.split(" ")[1]) * 1000).toBeGreaterThanOrEqual(beforeMs);
  });

  it("what nothing fed has no samples, and the build says its version", async () => {
    const { metrics } = setup();
    const { contentType, body } = await metrics.render();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
      'purgeline_build_info{version="1.2.3"} 1',
    ]);
  });

  it("Node's own metrics are there unless they are left out", async () => {
    expect(await setup({ nodeMetrics: true }).samples("process_cpu_seconds_total")).toHaveLength(1);
    expect(await setup().samples("process_cpu_seconds_total")).toEqual([]);
  });
});

describe("state gauges", () => {
  it("each scrape shows the state that it read", async () => {
    const { metrics, samples } = setup();
    metrics.readStateWith(async () => STATE);
    const { body } = await metrics.render();
    const lines = body
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#") && !line.includes("build_info"));
    expect(lines.toSorted()).toEqual(
      [
        "purgeline_redis_up 1",
        "purgeline_redis_memory_bytes 700",
        "purgeline_redis_memory_limit_bytes 1000",
        "purgeline_intake_limit_targets 5000000",
        'purgeline_pending_targets{account="ali",lane="purge-url"} 50412',
        'purgeline_oldest_unconfirmed_age_seconds{account="ali",lane="purge-url",priority="normal"} 61.5',
        'purgeline_oldest_unconfirmed_age_seconds{account="ali",lane="purge-url",priority="urgent"} 0',
        'purgeline_waiting_targets{account="ali",lane="purge-url",reason="quota"} 50412',
        'purgeline_in_flight_batches{account="ali",lane="purge-url"} 3',
        'purgeline_running_batches{account="ali",lane="purge-url"} 7',
        'purgeline_quota_exhausted_timestamp_seconds{account="ali",quota="url"} 1.5',
        'purgeline_quota_limit{account="ali",quota="url"} 10000',
        'purgeline_quota_used{account="ali",quota="url"} 9000',
        'purgeline_quota_remaining{account="ali",quota="url"} 0',
        'purgeline_call_limit{account="ali",call="RefreshObjectCaches",per="second"} 50',
        'purgeline_call_limit_in_force{account="ali",call="RefreshObjectCaches",per="second"} 25',
        'purgeline_account_paused{account="ali",reason=""} 0',
        'purgeline_account_orphaned{account="ali"} 0',
        'purgeline_account_stopped{account="ali",reason=""} 0',
        'purgeline_poll_lag_seconds{account="ali"} 1.25',
        'purgeline_queue_jobs{queue="submit.ali",state="waiting"} 2',
        'purgeline_queue_jobs{queue="submit.ali",state="failed"} 1',
      ].toSorted(),
    );
    expect(await samples("purgeline_redis_up")).toEqual(["purgeline_redis_up 1"]);
  });

  it("a pause and a stop are 1 with their reasons", async () => {
    const { metrics, samples } = setup();
    const stopped = { reason: "SignatureDoesNotMatch", sinceMs: 0, probeAtMs: 0 };
    metrics.readStateWith(async () => ({ ...STATE, accounts: [{ ...ALI, paused: true, stopped }] }));
    expect(await samples("purgeline_account_paused")).toEqual([
      'purgeline_account_paused{account="ali",reason="operator"} 1',
    ]);
    expect(await samples("purgeline_account_stopped")).toEqual([
      'purgeline_account_stopped{account="ali",reason="SignatureDoesNotMatch"} 1',
    ]);
  });

  it("a label set that is gone vanishes at the next scrape", async () => {
    const { metrics, samples } = setup();
    let state = STATE;
    metrics.readStateWith(async () => state);
    expect(await samples("purgeline_pending_targets")).toHaveLength(1);
    state = { ...STATE, accounts: [] };
    expect(await samples("purgeline_pending_targets")).toEqual([]);
  });

  it("a state that cannot be read shows Redis as down, no stale gauge, and the error to who listens", async () => {
    const errors: unknown[] = [];
    const { metrics, samples } = setup({ onStateError: (error) => errors.push(error) });
    metrics.readStateWith(async () => STATE);
    await metrics.render();
    const refused = new Error("connect ECONNREFUSED");
    metrics.readStateWith(() => Promise.reject(refused));
    expect(await samples("purgeline_redis_up")).toEqual(["purgeline_redis_up 0"]);
    expect(await samples("purgeline_pending_targets")).toEqual([]);
    expect(errors).toEqual([refused, refused]);
    expect(await samples("purgeline_build_info")).toHaveLength(1);
  });

  it("a Redis that keeps silent costs the state gauges, not the scrape", async () => {
    const errors: unknown[] = [];
    const { metrics, samples } = setup({ stateTimeoutMs: 10, onStateError: (error) => errors.push(error) });
    metrics.readStateWith(() => new Promise(() => {}));
    expect(await samples("purgeline_redis_up")).toEqual(["purgeline_redis_up 0"]);
    expect(String(errors[0])).toContain("not read within 10 ms");
  });

  it("two scrapes at once do not mix their states", async () => {
    const { metrics } = setup();
    const states = [STATE, { ...STATE, accounts: [{ ...ALI, account: "tencent" }] }];
    metrics.readStateWith(async () => states.shift() ?? STATE);
    const [first, second] = await Promise.all([metrics.render(), metrics.render()]);
    expect(first.body).not.toContain("tencent");
    expect(second.body).not.toContain('account="ali"');
  });
});
