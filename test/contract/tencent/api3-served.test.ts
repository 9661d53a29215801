import type { Simulators } from "@purgeline/simulator";
import { afterEach, describe, expect, it } from "vitest";
import { COMPLETE_MS, KEYS, play, TEMPORARY_KEYS } from "./play.ts";
import { type Ask, atItself, cdnClient, type SignMethod } from "./sdks.ts";

let sim: Simulators | null = null;
afterEach(async () => {
  await sim?.close();
  sim = null;
});

const URLS = [
  "https://cdn.example.com/中文/a b+c~d*!'().js?x=1&y=%2F",
  "https://cdn.example.com/🦔.png",
  "http://img.example.com/index.html",
];
const DIRECTORIES = ["https://cdn.example.com/图/", "http://img.example.com/"];
const REQUEST_ID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);

const WAYS: readonly (readonly [SignMethod, "GET" | "POST"])[] = [
  ["TC3-HMAC-SHA256", "POST"],
  ["TC3-HMAC-SHA256", "GET"],
  ["HmacSHA256", "POST"],
  ["HmacSHA256", "GET"],
  ["HmacSHA1", "POST"],
  ["HmacSHA1", "GET"],
];

describe.each(WAYS)("tencentcloud-sdk-nodejs-cdn, signing with %s in a %s", (signMethod, method) => {
  const start = async (keys = KEYS): Promise<{ ask: Ask; sim: Simulators }> => {
    const played = await play({ credentials: keys });
    sim = played.sim;
    return { sim: played.sim, ask: cdnClient(atItself(played.origin), keys, signMethod, method) };
  };

  it("purges URLs and sees them done", async () => {
    const { ask, sim: playing } = await start();
    const { TaskId, RequestId } = await ask("PurgeUrlsCache", {
      Urls: URLS,
      Area: "mainland",
      UrlEncode: false,
    });
    expect(RequestId).toEqual(REQUEST_ID);
    const record = (Url: string, Status: string) => ({
      TaskId,
      Url,
      Status,
      PurgeType: "url",
      FlushType: "",
      CreateTime: TIME,
    });
    const answer = (Status: string) => ({
      PurgeLogs: URLS.map((url) => record(url, Status)),
      TotalCount: 3,
      RequestId: REQUEST_ID,
    });
    const query = { TaskId, Limit: 1_000, Offset: 0 };
    expect(await ask("DescribePurgeTasks", query)).toEqual(answer("process"));
    playing.clock.advance(COMPLETE_MS);
    expect(await ask("DescribePurgeTasks", query)).toEqual(answer("done"));
    expect(playing.ledger.since(0, 1)).toMatchObject([{ call: "PurgeUrlsCache", accepted: URLS }]);
  });

  it("purges directories of both kinds", async () => {
    const { ask } = await start();
    for (const FlushType of ["flush", "delete"]) {
      const { TaskId } = await ask("PurgePathCache", { Paths: DIRECTORIES, FlushType, Area: "overseas" });
      expect(await ask("DescribePurgeTasks", { TaskId, PurgeType: "path" })).toMatchObject({
        PurgeLogs: DIRECTORIES.map((Url) => ({ Url, FlushType, PurgeType: "path" })),
        TotalCount: 2,
      });
    }
  });

  it("pushes URLs with every option and sees the origin's refusals", async () => {
    const { ask, sim: playing } = await start();
    playing.faults.add({ kind: "fail-items", match: "index.html" });
    const { TaskId } = await ask("PushUrlsCache", {
      Urls: URLS,
      Area: "global",
      UserAgent: "probe/1",
      Layer: "middle",
      ParseM3U8: true,
      DisableRange: true,
      Headers: [{ Name: "X-A", Value: "值" }],
      UrlEncode: false,
    });
    playing.clock.advance(COMPLETE_MS);
    expect(await ask("DescribePushTasks", { TaskId })).toMatchObject({
      PushLogs: URLS.map((Url, at) => ({
        Url,
        Status: at === 2 ? "invalid" : "done",
        Percent: 100,
        Area: "global",
        UpdateTime: TIME,
      })),
      TotalCount: 3,
    });
  });

  it("reads the quotas of each area", async () => {
    const { ask } = await start();
    await ask("PurgeUrlsCache", { Urls: URLS, Area: "overseas" });
    await ask("PushUrlsCache", { Urls: URLS, Area: "global" });
    const area = (Area: string, Batch: number, Total: number, Available: number) => ({
      Area,
      Batch,
      Total,
      Available,
    });
    expect(await ask("DescribePurgeQuota")).toEqual({
      UrlPurge: [area("mainland", 1_000, 10_000, 10_000), area("overseas", 1_000, 10_000, 9_997)],
      PathPurge: [area("mainland", 500, 100, 100), area("overseas", 500, 100, 100)],
      RequestId: REQUEST_ID,
    });
    expect(await ask("DescribePushQuota")).toEqual({
      UrlPush: [area("mainland", 500, 1_000, 997), area("overseas", 500, 1_000, 997)],
      RequestId: REQUEST_ID,
    });
  });

  it("lists tasks by time, status and host, page by page", async () => {
    const { ask, sim: playing } = await start();
    await ask("PurgeUrlsCache", { Urls: URLS });
    await ask("PurgePathCache", { Paths: DIRECTORIES, FlushType: "delete" });
    const beijing = (ms: number) => new Date(ms + 28_800_000).toISOString().slice(0, 19).replace("T", " ");
    const now = playing.clock.nowMs();
    const times = { StartTime: beijing(now - 60_000), EndTime: beijing(now + 60_000) };
    const urlsOf = async (filter: object): Promise<unknown> => {
      const { PurgeLogs, TotalCount } = await ask("DescribePurgeTasks", { ...times, ...filter });
      return [TotalCount, ...(PurgeLogs as { Url: string }[]).map(({ Url }) => Url)];
    };
    expect(await urlsOf({ Limit: 2, Offset: 2 })).toEqual([5, URLS[2], DIRECTORIES[0]]);
    expect(await urlsOf({ Keyword: "img.example.com", Status: "process", PurgeType: "url" })).toEqual([
      1,
      URLS[2],
    ]);
  });

  it("is served with temporary keys, and told what is wrong", async () => {
    const { ask, sim: playing } = await start(TEMPORARY_KEYS);
    expect(await ask("PurgeUrlsCache", { Urls: URLS })).toMatchObject({ TaskId: expect.any(String) });
    playing.faults.add({ kind: "code", code: "OperationDenied.ProductUpgraded", times: 1 });
    await expect(ask("PurgeUrlsCache", { Urls: URLS })).rejects.toMatchObject({
      code: "OperationDenied.ProductUpgraded",
    });
    const { origin } = new URL(playing.settingsOf("tencent").endpoint ?? "");
    const stranger = cdnClient(
      atItself(origin),
      { ...TEMPORARY_KEYS, accessKeySecret: "x" },
      signMethod,
      method,
    );
    await expect(stranger("DescribePushQuota")).rejects.toMatchObject({
      code: "AuthFailure.SignatureFailure",
    });
  });
});
