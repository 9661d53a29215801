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
  const area = (Area: string, Batch: number, Total: number, Available: number) => ({
    Area,
    Batch,
    Total,
    Available,
  });

  it("tell what is left today, for each area, with the account's own batch sizes", async () => {
    await played.sim.close();
    played = await playAccount(
      {},
      {
        lanes: { "purge-directory": { batch: 39 } },
        quotas: { url: 10, directory: 5, prefetch: 7, "url@overseas": 20, "prefetch@overseas": 8 },
      },
    );
    await played.submit(urlBatch(4));
    await played.submit({ ...urlBatch(1), options: { Area: "mainland" } });
    await played.submit({ ...urlBatch(3), options: { Area: "overseas" } });
    await played.submit(urlBatch(2, "prefetch-url"));
    await played.submit({ ...urlBatch(3, "prefetch-url"), options: { Area: "global" } });
    expect(await ask("DescribePurgeQuota")).toMatchObject({
      UrlPurge: [area("mainland", 1_000, 10, 5), area("overseas", 1_000, 20, 17)],
      PathPurge: [area("mainland", 39, 5, 5), area("overseas", 39, 100, 100)],
    });
    expect(await ask("DescribePushQuota")).toMatchObject({
      UrlPush: [area("mainland", 500, 7, 2), area("overseas", 500, 8, 5)],
    });
  });

  it("are read by the adapter, by the classes of its table", async () => {
    await played.submit({ ...urlBatch(3), options: { Area: "overseas" } });
    const figure = (name: string, limit: number, remaining: number, batch: number) => ({
      class: name,
      limit,
      remaining,
      batch,
    });
    expect(await played.figures()).toEqual([
      figure("url", 10, 10, 1_000),
      figure("url@overseas", 10_000, 9_997, 1_000),
      figure("directory", 5, 5, 500),
      figure("directory@overseas", 100, 100, 500),
      figure("prefetch", 7, 7, 500),
      figure("prefetch@overseas", 1_000, 1_000, 500),
    ]);
  });

  it("tell of a spent day, and no push to both areas is half taken", async () => {
    const both = { ...urlBatch(7, "prefetch-url"), options: { Area: "global" } };
    expect(await played.submit({ ...urlBatch(1, "prefetch-url"), options: {} })).toMatchObject({
      kind: "accepted",
    });
    expect(await played.submit(both)).toMatchObject({
      kind: "quota",
      class: null,
      code: "LimitExceeded.CdnPushExceedDayLimit",
    });
    const figures = await played.figures();
    expect(figures.filter(({ class: name }) => name.startsWith("prefetch"))).toMatchObject([
      { remaining: 6 },
      { remaining: 1_000 },
    ]);
  });
});
