import type { Json } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

/** The provider locks a key at the sixth refusal in a row. */
const MOST_REFUSALS = 5;

const urls = Array.from({ length: 200 }, (_, index) => `https://img.hw.example.com/${index}.mp4`);
const media = Array.from({ length: 200 }, (_, index) => String(index).padStart(32, "0"));
const directories = Array.from({ length: 90 }, (_, index) => `https://img.hw.example.com/${index}/`);

interface Subject {
  /** Its own keys of the account, as YAML. */
  readonly account: string;
  /** Work for every lane, more of it than is sent before the first answer. */
  readonly work: readonly Json[];
  readonly submits: readonly string[];
  readonly queries: readonly string[];
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  "huawei-vod": {
    account: "region: cn-north-4, projectId: 0a1b2c",
    work: [
      { op: "purge", urls },
      { op: "prefetch", urls },
      { op: "purge", media, account: "hw" },
      { op: "prefetch", media, account: "hw" },
    ],
    submits: ["RefreshAsset", "CreatePreheatingAsset"],
    queries: ["ShowRefreshResult", "ShowPreheatingAsset"],
  },
  "huawei-cdn": {
    // Small batches make many calls of little work.
    account:
      "settings: { domainId: d0a1b2c }, limits: { lanes: { purge-url: { batch: 5 }, purge-directory: { batch: 5 }, prefetch-url: { batch: 5 } } }",
    work: [
      { op: "purge", urls },
      { op: "prefetch", urls },
      { op: "purge", directories },
    ],
    submits: ["CreateRefreshTasks", "CreatePreheatingTasks"],
    queries: ["ShowHistoryTaskDetails"],
  },
};

let running: Service | null = null;
afterEach(async () => {
  await running?.close();
});

async function busy(provider: string, { account, work }: Subject): Promise<Service> {
  running = await service(
    `\n  - { name: hw, provider: ${provider}, ${account}, endpoint: "http://127.0.0.1:0", credentials: { ak: hw-id, sk: hw-secret }, hosts: ["*.hw.example.com"] }`,
    { completeMs: 600_000 },
  );
  for (const body of work) await running.post(body);
  return running;
}

/** Stopped, and every batch that was under way answered. */
async function stopped({ store }: Service): Promise<void> {
  const state = async (): Promise<object> => {
    const [account] = await store.accounts();
    const inFlight = account?.lanes.reduce((sum, lane) => sum + lane.inFlightBatches, 0);
    return { reason: account?.stopped?.reason, inFlight };
  };
  await expect.poll(state).toEqual({ reason: "APIGW.0301", inFlight: 0 });
}

/** Counted as they arrive, before the provider's slow answer. */
function refusals({ simulators }: Service): number {
  return simulators.ledger.stats().reduce((sum, { outcomes }) => sum + (outcomes["APIGW.0301"] ?? 0), 0);
}

describe.each(Object.entries(SUBJECTS))(
  "a refused signature stops %s before its key is locked",
  (name, subject) => {
    it.each([
      ["however much work waits in how many lanes", subject.submits],
      ["however many tasks are to be asked for", subject.queries],
    ])("%s", async (_, calls) => {
      const run = await busy(name, subject);
      for (const call of calls) {
        // What may be sent before the first refusal is heard is sent.
        run.simulators.faults.add({ kind: "latency", ms: 800, call });
        run.simulators.faults.add({ kind: "code", code: "APIGW.0301", call });
      }
      await run.startWorker();
      await stopped(run);
      expect(refusals(run)).toBeGreaterThan(0);
      expect(refusals(run)).toBeLessThanOrEqual(MOST_REFUSALS);
    });
  },
);
