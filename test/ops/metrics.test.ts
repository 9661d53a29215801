import type { AccountState } from "@purgeline/core";
import { createMetrics } from "@purgeline/telemetry";
import { beforeEach, expect, it } from "vitest";
import { METRICS } from "./alert-files.ts";
import { promtool, whyNoPromtool } from "./promtool.ts";

const ACCOUNT: AccountState = {
  account: "ali",
  orphan: null,
  paused: true,
  stopped: { reason: "InvalidAccessKeyId", sinceMs: 0, probeAtMs: 0 },
  lanes: [
    {
      lane: "purge-url",
      pending: 1,
      oldestUnconfirmedAgeMs: { normal: 1, urgent: 1 },
      inFlightBatches: 1,
      runningBatches: 1,
      waiting: { reason: "quota", untilMs: null },
      batch: 1,
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
      usedLastSecond: 0,
      usedLastMinute: 0,
    },
  ],
  quotas: [
    {
      class: "url",
      limit: 1,
      used: 1,
      reserved: 0,
      usedElsewhere: 0,
      told: null,
      resetsAtMs: 0,
      exhaustedAtMs: 1,
    },
  ],
  pollLagMs: 1,
  lastError: null,
};

/** Everything that Purgeline can expose, without Node's own metrics: promtool finds fault with those. */
async function everything(): Promise<string> {
  const metrics = createMetrics({ version: "0.0.0", nodeMetrics: false });
  metrics.intent("purge", "accepted");
  metrics.targets("ali", "purge-url", "confirmed", 1);
  metrics.merged("ali", "purge-url", "duplicate", 1);
  metrics.batchSent("ali", "purge-url", 1);
  metrics.providerCall("ali", "RefreshObjectCaches", "accepted", 1);
  metrics.intentDuration("purge", "confirmed", 1);
  metrics.permitWait("ali", "RefreshObjectCaches", 1);
  metrics.duplicateSubmission("ali", "crash");
  metrics.progress("worker");
  metrics.httpRequest("/v1/intents", 202, 1);
  const queues = [{ queue: "submit.ali", jobs: { waiting: 1 } }];
  const redisMemory = { usedBytes: 1, limitBytes: 2 };
  metrics.readStateWith(async () => ({ accounts: [ACCOUNT], queues, intakeLimitTargets: 1, redisMemory }));
  return (await metrics.render()).body;
}

beforeEach((context) => {
  if (whyNoPromtool !== null) context.skip(whyNoPromtool);
});

it("all metrics together pass promtool's rules for names, units and help", async () => {
  const body = await everything();
  const exposed = [...body.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
  expect(exposed.toSorted()).toEqual(METRICS.toSorted());
  expect(promtool(["check", "metrics"], body)).toEqual({ code: 0, said: "" });
});

it("a planted counter without _total does not pass", async () => {
  const planted = "# HELP purgeline_oops Planted.\n# TYPE purgeline_oops counter\npurgeline_oops 1\n";
  const { code, said } = promtool(["check", "metrics"], (await everything()) + planted);
  expect(code).not.toBe(0);
  expect(said).toContain("purgeline_oops");
});
