import { createApi } from "@purgeline/api";
import { createLogger, createMetrics } from "@purgeline/telemetry";
import { afterEach, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

const VOD = `  - { name: vod, provider: alibaba-vod, region: cn-shanghai, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: vod-id, accessKeySecret: vod-secret, callbackKey: vod-callback-key } }`;

let running: Service;
afterEach(() => running.close());

async function serveApi(): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const { store, queue, intake } = running;
  const log = createLogger({ level: "error", role: "api", pretty: false });
  const metrics = createMetrics({ version: "test" });
  const { signal } = new AbortController();
  const shared = { tokens: null, maxBodyBytes: 1_000_000, publicUrl: null, version: "test" };
  const app = await createApi({ ...shared, store, queue, intake, log, metrics, signal });
  const origin = await app.listen({ host: "127.0.0.1", port: 0 });
  return { origin, close: () => app.close() };
}

/** When the account's first call of this name arrived, by the simulators' monotonic clock. */
function firstAt(call: string): number {
  const entry = running.simulators.ledger.since(0, 1_000).find((each) => each.call === call);
  if (entry === undefined) throw new Error(`${call} was never called`);
  return entry.receivedMonotonicMs;
}

it("a provider's callback saves the wait for the first query, and the answers to queries confirm", async () => {
  running = await service(VOD);
  const api = await serveApi();
  try {
    await running.startWorker();
    const userData = { MessageCallback: { CallbackURL: `${api.origin}/v1/callbacks/vod` } };
    const media = ["f488337c31c8e4622f1590735b130001"];
    const options = { "alibaba-vod": { formats: ["mp4"], userData } };
    const id = await running.post({ op: "purge", media, account: "vod", options });
    expect(await running.ended(id)).toMatchObject({ state: "confirmed", counts: { confirmed: 1 } });
    // The service knows what it submitted after a second; unasked for, the poll's pace is 5 s.
    expect(firstAt("GetMediaRefreshJobs") - firstAt("RefreshMediaPlayUrls")).toBeLessThan(4_000);
  } finally {
    await api.close();
  }
}, 30_000);
