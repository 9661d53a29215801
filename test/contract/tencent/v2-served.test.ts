import type { Simulators } from "@purgeline/simulator";
import { afterEach, describe, expect, it } from "vitest";
import { COMPLETE_MS, KEYS, play, TEMPORARY_KEYS } from "./play.ts";
import { type Ask, atItself, qcloudClient } from "./sdks.ts";

let sim: Simulators | null = null;
afterEach(async () => {
  await sim?.close();
  sim = null;
});

const URLS = [
  "https://cdn.example.com/中文/a b+c~d*!'().js?x=1&y=%2F",
  "https://cdn.example.com/🦔.png",
  "https://cdn.example.com/index.html",
];
const DIRECTORIES = ["https://cdn.example.com/图/", "https://cdn.example.com/"];
const DONE = { code: 0, message: "", codeDesc: "Success" };

const WAYS = [
  ["sha256", "POST"],
  ["sha256", "GET"],
  ["sha1", "POST"],
  ["sha1", "GET"],
] as const;

describe.each(WAYS)("qcloudapi-sdk, signing with %s in a %s", (signature, method) => {
  const start = async (keys = KEYS): Promise<{ ask: Ask; sim: Simulators }> => {
    const played = await play({ credentials: keys, signature: `v2-${signature}` });
    sim = played.sim;
    return { sim: played.sim, ask: qcloudClient(atItself(played.origin), keys, signature, method) };
  };
  const beijing = (ms: number) => new Date(ms + 28_800_000).toISOString().slice(0, 19).replace("T", " ");

  it("purges URLs and sees them done, by their task", async () => {
    const { ask, sim: playing } = await start();
    const submitted = await ask("RefreshCdnUrl", { urls: URLS });
    expect(submitted).toEqual({ ...DONE, data: { count: 3, task_id: expect.stringMatching(/\S/) } });
    const { task_id: taskId } = submitted.data as { task_id: string };
    const record = (status: number) => ({
      id: expect.any(Number),
      app_id: expect.any(Number),
      project_id: 0,
      host: "cdn.example.com",
      type: 0,
      status,
      url_list: URLS,
      datetime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    });
    playing.clock.advance(3_000);
    expect(await ask("GetCdnRefreshLog", { taskId })).toEqual({
      ...DONE,
      data: { total: 1, logs: [record(0)] },
    });
    playing.clock.advance(COMPLETE_MS);
    expect(await ask("GetCdnRefreshLog", { taskId })).toEqual({
      ...DONE,
      data: { total: 1, logs: [record(1)] },
    });
  });

  it("purges directories and finds them by time", async () => {
    const { ask, sim: playing } = await start();
    expect(await ask("RefreshCdnDir", { dirs: DIRECTORIES, type: 2 })).toEqual(DONE);
    const startDate = beijing(playing.clock.nowMs() - 60_000);
    playing.clock.advance(3_000);
    const endDate = beijing(playing.clock.nowMs());
    expect(await ask("GetCdnRefreshLog", { startDate, endDate })).toMatchObject({
      data: { total: 1, logs: [{ type: 1, url_list: DIRECTORIES }] },
    });
  });

  it("purges overseas and reads the log there", async () => {
    const { ask, sim: playing } = await start();
    const date = beijing(playing.clock.nowMs()).slice(0, 10).replaceAll("-", "");
    expect(await ask("RefreshCdnOverSeaUrl", { urls: URLS })).toEqual({ ...DONE, data: { count: 3 } });
    expect(await ask("RefreshCdnOverSeaDir", { dirs: DIRECTORIES })).toEqual({ ...DONE, data: { count: 2 } });
    playing.clock.advance(COMPLETE_MS);
    expect(await ask("GetCdnOverseaRefreshLog", { date })).toMatchObject({
      data: { total: 5, logs: [...URLS, ...DIRECTORIES].map((url) => ({ url, status: 2 })) },
    });
  });

  it("is served with temporary keys, and told what is wrong", async () => {
    const { ask, sim: playing } = await start(TEMPORARY_KEYS);
    expect(await ask("RefreshCdnUrl", { urls: URLS })).toMatchObject(DONE);
    playing.faults.add({ kind: "code", code: "9105", times: 1 });
    expect(await ask("RefreshCdnUrl", { urls: URLS })).toMatchObject({
      code: 4000,
      message: expect.stringMatching(/^\(9105\)/),
    });
    const { origin } = new URL(playing.settingsOf("tencent").endpoint ?? "");
    const stranger = qcloudClient(atItself(origin), { ...KEYS, accessKeySecret: "x" }, signature, method);
    expect(await stranger("RefreshCdnUrl", { urls: URLS })).toMatchObject({ code: 4100 });
  });
});
