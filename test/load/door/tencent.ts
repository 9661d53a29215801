import { setTimeout as pause } from "node:timers/promises";
import { call } from "../real-input/producers.ts";
import { startStack } from "../stack.ts";
import { oneHostEach, oneUrlCalls } from "./account.ts";

export interface MinuteReport {
  readonly calls: number;
  /** By the provider's count. */
  readonly busiestMinute: number;
  readonly violations: number;
}

interface Stats {
  readonly calls: readonly {
    readonly call: string;
    readonly calls: number;
    readonly peakPerMinute: number;
    readonly rateViolations: number;
  }[];
}

const SUBMIT = "RefreshCdnUrl";
const INTENT = 10_000;

/** A Tencent v2 account with so many calls a minute, and always work, for so long. */
export async function standAtTheMinutesDoor(plan: {
  readonly perMinute: number;
  readonly forMs: number;
  readonly workers: number;
}): Promise<MinuteReport> {
  const { perMinute, forMs } = plan;
  const calls = `{ ${SUBMIT}: { perMinute: ${perMinute} } }`;
  const stack = await startStack({
    providers: { sim: oneUrlCalls("tencent", "tencent-cdn, signature: v2-sha256", calls) },
    workers: plan.workers,
  });
  try {
    const { sim = "" } = stack.providers;
    // The first minute's calls go at once, and each minute that follows has as many.
    const targets = perMinute * (2 + Math.ceil(forMs / 60_000));
    await call(stack.api, "POST", "/v1/accounts/tencent/pause");
    for (let from = 0; from < targets; from += INTENT) {
      const urls = oneHostEach("tencent", from, Math.min(INTENT, targets - from));
      await call(stack.api, "POST", "/v1/intents", { op: "purge", urls });
    }
    await call(stack.api, "POST", "/v1/accounts/tencent/resume");
    await pause(forMs);
    const stats = await call<Stats>(sim, "GET", "/_sim/stats");
    const submits = stats.calls.find((each) => each.call === SUBMIT);
    return {
      calls: submits?.calls ?? 0,
      busiestMinute: submits?.peakPerMinute ?? 0,
      violations: stats.calls.reduce((sum, { rateViolations }) => sum + rateViolations, 0),
    };
  } finally {
    await stack.stop();
  }
}
