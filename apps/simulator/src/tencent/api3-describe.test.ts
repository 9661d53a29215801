import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toBeijing } from "./beijing-time.ts";
import { tc3Get } from "./hand-signed.ts";
import { type PlayedForTest, playAccount, urlBatch } from "./play-account.ts";

let played: PlayedForTest;
beforeEach(async () => {
  played = await playAccount({}, { quotas: { url: 10, directory: 5, prefetch: 7 } });
});
afterEach(() => played.sim.close());

async function ask(action: string, parameters: Readonly<Record<string, string>> = {}) {
  const { settings, sim, send } = played;
  const reply = await send(tc3Get(settings, action, parameters, sim.clock.nowMs()));
  return JSON.parse(reply.body).Response;
}

describe("the listing of tasks", () => {
  const since = () => toBeijing(played.sim.clock.nowMs() - 60_000);

  it("needs a task or a time, and pages that are numbers", async () => {
    for (const parameters of [
      {},
      { StartTime: "yesterday" },
      { TaskId: "t", Limit: "1001" },
      { TaskId: "t", Offset: "-1" },
    ]) {
      const response = await ask("DescribePurgeTasks", { ...parameters });
      expect(response).toMatchObject({ Error: { Code: "InvalidParameter.CdnParamError" } });
    }
  });

  it("gives 20 records a page, and the number of all", async () => {
    await played.sim.close();
    played = await playAccount();
    await played.submit(urlBatch(45));
    const first = await ask("DescribePurgeTasks", { StartTime: since() });
    expect([first.PurgeLogs.length, first.TotalCount]).toEqual([20, 45]);
    const last = await ask("DescribePurgeTasks", { StartTime: since(), Offset: "40" });
    expect(last.PurgeLogs.map(({ Url }: { Url: string }) => Url)).toEqual(urlBatch(45).items.slice(40));
  });

  it("is narrowed by kind, status, URL, host and time, and keeps pushes apart", async () => {
    await played.submit(urlBatch(2));
    await played.submit({ lane: "purge-url", items: ["https://other.example.com/"], options: {} });
    await played.submit(urlBatch(3, "purge-directory"));
    await played.submit({ ...urlBatch(4, "prefetch-url"), options: { Area: "overseas" } });
    const count = async (action: string, filter: Readonly<Record<string, string>>) =>
      (await ask(action, { StartTime: since(), ...filter })).TotalCount;
    expect(await count("DescribePurgeTasks", {})).toBe(6);
    expect(await count("DescribePurgeTasks", { PurgeType: "url" })).toBe(3);
    expect(await count("DescribePurgeTasks", { PurgeType: "path" })).toBe(3);
    expect(await count("DescribePurgeTasks", { Status: "done" })).toBe(0);
    expect(await count("DescribePurgeTasks", { Status: "process" })).toBe(6);
    expect(await count("DescribePurgeTasks", { Keyword: "other.example.com" })).toBe(1);
    expect(await count("DescribePurgeTasks", { Keyword: urlBatch(1).items[0] })).toBe(1);
    expect(await count("DescribePurgeTasks", { EndTime: since() })).toBe(0);
    expect(await count("DescribePushTasks", {})).toBe(4);
    expect(await count("DescribePushTasks", { Area: "mainland" })).toBe(0);
  });
});

describe("the quota queries", () => {
  it("tell what is left today, for each area", async () => {
    await played.submit(urlBatch(4));
    await played.submit(urlBatch(2, "prefetch-url"));
    const both = (Batch: number, Total: number, Available: number) =>
      ["mainland", "overseas"].map((Area) => ({ Area, Batch, Total, Available }));
    expect(await ask("DescribePurgeQuota")).toMatchObject({
      UrlPurge: both(1_000, 10, 6),
      PathPurge: both(500, 5, 5),
    });
    expect(await ask("DescribePushQuota")).toMatchObject({ UrlPush: both(500, 7, 5) });
  });
});
