import { createApi } from "@purgeline/api";
import { createLogger, createMetrics } from "@purgeline/telemetry";
import { afterEach, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

/** Unasked for, the first query would come after an hour. */
const VOD = `  - { name: vod, provider: alibaba-vod, region: cn-shanghai, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: vod-id, accessKeySecret: vod-secret, callbackKey: vod-callback-key }, limits: { pollEveryMs: 3600000 } }`;

let running: Service;
afterEach(() => running.close());

async function serveApi(): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const { store, queue, intake } = running;
  const log = createLogger({ level: "error", role: "api", pretty: false });
  const metrics = createMetrics({ version: "test" });
  const { signal } = new AbortController();
  const shared = {
    tokens: null,
    maxBodyBytes: 1_000_000,
    intentsMs: 604_800_000,
    publicUrl: null,
    version: "test",
  };
  const app = await createApi({ ...shared, store, queue, intake, log, metrics, signal });
  const origin = await app.listen({ host: "127.0.0.1", port: 0 });
  return { origin, close: () => app.close() };
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
  } finally {
    await api.close();
  }
});
