import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;
beforeAll(async () => {
  running = await service();
  await running.startWorker();
});
afterAll(() => running.close());

const urls = (host: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `https://img.${host}/${i}.jpg?v=1`);
const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `f488337c31c8e4622f1590735b13${String(i).padStart(4, "0")}`);

describe("every operation of the seeds reaches confirmed", () => {
  it.concurrent.each([
    ["Alibaba CDN: files", { op: "purge", urls: urls("ali.example.com", 1200) }],
    [
      "Alibaba CDN: directories",
      { op: "purge", directories: ["https://img.ali.example.com/a/", "https://img.ali.example.com/b/"] },
    ],
    ["Alibaba CDN: prefetch", { op: "prefetch", urls: urls("ali.example.com", 120) }],
    ["Alibaba CDN: pattern", { op: "purge", patterns: ["https://img.ali.example.com/.*\\.png$"] }],
    [
      "Alibaba CDN: pages without their parameters, softly",
      {
        op: "purge",
        ignoreParams: ["https://img.ali.example.com/a.html", "https://img.ali.example.com/b.html"],
        options: { strength: "soft" },
      },
    ],
    [
      "Alibaba CDN: prefetch with every option",
      {
        op: "prefetch",
        urls: urls("a.ali.example.com", 3),
        options: {
          area: "overseas",
          "alibaba-cdn": {
            l2Preload: true,
            withHeader: { "Accept-Encoding": ["gzip", "br"] },
            queryHashkey: true,
            consistencyHash: false,
          },
        },
      },
    ],
    ["Alibaba CDN, signature RPC v1", { op: "purge", urls: urls("rpc.example.com", 3) }],
    ["ApsaraVideo: refresh by media id", { op: "purge", media: ids(25), account: "alivod" }],
    [
      "ApsaraVideo: preload by media id",
      { op: "prefetch", media: ids(3), account: "alivod", options: { "alibaba-vod": { formats: ["mp4"] } } },
    ],
    [
      "ApsaraVideo: preload with every option",
      {
        op: "prefetch",
        media: ids(2),
        account: "alivod",
        options: {
          "alibaba-vod": {
            formats: ["m3u8", "mp4"],
            definitions: ["LD", "SD", "HD"],
            streamType: ["video"],
            resultType: "Multiple",
            sliceFlag: true,
            sliceCount: 20,
            userData: { Extend: { localId: "x" } },
          },
        },
      },
    ],
    ["ApsaraVideo: files", { op: "purge", urls: urls("vod.example.com", 60) }],
    ["ApsaraVideo: directories", { op: "purge", directories: ["https://img.vod.example.com/a/"] }],
    ["ApsaraVideo: pattern", { op: "purge", patterns: ["https://img.vod.example.com/.*\\.ts$"] }],
    [
      "ApsaraVideo: pages without their parameters",
      { op: "purge", ignoreParams: ["https://img.vod.example.com/a.html"] },
    ],
    ["ApsaraVideo: prefetch of files", { op: "prefetch", urls: urls("vod.example.com", 3) }],
    ["Tencent API 3.0: files", { op: "purge", urls: urls("tc.example.com", 1100) }],
    ["Tencent API 3.0: directories", { op: "purge", directories: ["https://img.tc.example.com/a/"] }],
    ["Tencent API 3.0: push", { op: "prefetch", urls: urls("tc.example.com", 600) }],
    [
      "Tencent API 3.0: files overseas, encoded by the service",
      {
        op: "purge",
        urls: ["https://img.tc.example.com/图/1.jpg", "https://img.tc.example.com/é.jpg?q=值"],
        options: { area: "overseas", "tencent-cdn": { urlEncode: true } },
      },
    ],
    [
      "Tencent API 3.0: push to both areas",
      { op: "prefetch", urls: urls("a.tc.example.com", 20), options: { area: "global" } },
    ],
    ["Tencent v2: files", { op: "purge", urls: urls("v2.example.com", 1100) }],
    ["Tencent v2: directories", { op: "purge", directories: ["https://img.v2.example.com/a/"] }],
    [
      "Tencent v2: files overseas",
      { op: "purge", urls: urls("a.v2.example.com", 1100), options: { area: "overseas" } },
    ],
    [
      "Tencent v2: directories overseas",
      { op: "purge", directories: ["https://img.v2.example.com/b/"], options: { area: "overseas" } },
    ],
    ["Huawei VOD: refresh by asset id", { op: "purge", media: ids(12), account: "hw" }],
    ["Huawei VOD: refresh by URL", { op: "purge", urls: urls("hw.example.com", 12) }],
    ["Huawei VOD: preheat by asset id", { op: "prefetch", media: ids(2), account: "hw" }],
    ["Huawei VOD: preheat by URL", { op: "prefetch", urls: urls("hw.example.com", 11) }],
    ["Huawei VOD with a token", { op: "purge", urls: urls("hwt.example.com", 3) }],
    ["Huawei CDN: files", { op: "purge", urls: urls("hwcdn.example.com", 1200) }],
    [
      "Huawei CDN: directories, softly",
      { op: "purge", directories: ["https://img.hwcdn.example.com/a/"], options: { strength: "soft" } },
    ],
    ["Huawei CDN: preheating", { op: "prefetch", urls: urls("hwcdn.example.com", 3) }],
  ])("%s", async (_name, body) => {
    const receipt = await running.ended(await running.post(body), 50_000);
    expect({ state: receipt.state, counts: receipt.counts, failures: receipt.failures }).toMatchObject({
      state: "confirmed",
      failures: [],
    });
    expect(receipt.counts.confirmed).toBe(receipt.counts.total);
  });
});
