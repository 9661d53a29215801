import type { BatchContent } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { createStage } from "../../test/tencent-stage.ts";
import { toBeijing } from "./beijing-time.ts";
import { signedForm } from "./hand-signed.ts";
import { type PlayedForTest, taskOf, urlBatch } from "./play-account.ts";

const play = createStage({ signature: "v2-sha256" });
const abroad = (count: number, lane?: BatchContent["lane"]): BatchContent => ({
  ...urlBatch(count, lane),
  options: { Area: "overseas" },
});

/** One of the log's own answers, asked without the adapter. */
async function log(
  { settings, sim, send }: PlayedForTest,
  Action: string,
  own: Readonly<Record<string, string>>,
) {
  const fields = {
    Action,
    SecretId: "AKIDtest",
    Timestamp: String(Math.floor(sim.clock.nowMs() / 1000)),
    Nonce: String(1 + sim.ledger.since(0, 1_000).length),
    SignatureMethod: "HmacSHA256",
    ...own,
  };
  const host = new URL(settings.endpoint ?? "").host;
  const body = signedForm("POST", `${host}/v2/index.php`, fields);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const reply = await send({ method: "POST", url: `http://${host}/v2/index.php`, headers, body });
  return JSON.parse(reply.body);
}

describe("an overseas purge through v2", () => {
  it.each<[BatchContent["lane"], number, string]>([
    ["purge-url", 1_000, "RefreshCdnOverSeaUrl"],
    ["purge-directory", 20, "RefreshCdnOverSeaDir"],
  ])("of %s gets no task id and is found by its day", async (lane, count, call) => {
    const { sim, submit, rows } = await play();
    const batch = abroad(count, lane);
    const task = taskOf(await submit(batch));
    expect(task.call).toBe("GetCdnOverseaRefreshLog");
    sim.clock.advance(3_000);
    expect(await rows(task)).toEqual({ rows: [], next: [task] });
    sim.clock.advance(60_000);
    const { rows: ended } = await rows(task);
    expect(ended.map(({ item, end }) => [item, end])).toEqual(batch.items.map((item) => [item, "confirmed"]));
    expect(sim.ledger.since(0, 1)).toMatchObject([{ call, accepted: { length: count } }]);
  });

  it("fails single items by the log's -1, whose 1 is no success", async () => {
    const played = await play();
    const { sim, submit, rows } = played;
    sim.faults.add({ kind: "fail-items", match: "中 1/" });
    const task = taskOf(await submit(abroad(3)));
    sim.clock.advance(30_000);
    const statuses = async () => {
      const { data } = await log(played, "GetCdnOverseaRefreshLog", { date: String(task.state?.date) });
      return data.logs.map(({ status }: { status: number }) => status);
    };
    expect(await statuses()).toEqual([1, 1, 1]);
    sim.clock.advance(30_000);
    expect(await statuses()).toEqual([2, -1, 2]);
    expect((await rows(task)).rows.filter(({ end }) => end === "failed")).toMatchObject([
      { item: urlBatch(2).items[1], code: "-1" },
    ]);
  });

  it("spends the overseas quota alone", async () => {
    const { sim, submit } = await play({}, { quotas: { url: 1, "url@overseas": 2 } });
    expect(await submit(abroad(2))).toMatchObject({ kind: "accepted" });
    expect(await submit(abroad(1))).toMatchObject({ kind: "quota", class: "url@overseas", code: "4400" });
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "accepted" });
    sim.clock.advance(86_400_000);
    expect(await submit(abroad(2))).toMatchObject({ kind: "accepted" });
  });

  it("of somebody else's domain is refused with a number of its own", async () => {
    const { sim, submit } = await play();
    sim.faults.add({ kind: "refuse-items", match: "中 1/" });
    expect(await submit(abroad(2))).toMatchObject({
      kind: "poisoned",
      message: expect.stringContaining("(9110)"),
    });
  });
});

describe("the overseas log", () => {
  it("knows one day of the last thirty, and filters by URL and host", async () => {
    const played = await play();
    const { sim, submit } = played;
    const task = taskOf(await submit(abroad(2)));
    sim.clock.advance(3_000);
    const date = String(task.state?.date);
    const total = async (own: Readonly<Record<string, string>>) =>
      (await log(played, "GetCdnOverseaRefreshLog", own)).data?.total ?? "refused";
    expect(await total({ date })).toBe(2);
    expect(await total({ date, url: abroad(1).items[0] })).toBe(1);
    expect(await total({ date, host: "other.example.com" })).toBe(0);
    sim.clock.advance(86_400_000);
    const nextDate = String(taskOf(await submit(abroad(3))).state?.date);
    sim.clock.advance(3_000);
    expect([await total({ date }), await total({ date: nextDate })]).toEqual([2, 3]);
    expect(await total({})).toBe("refused");
    expect(await total({ date: "2026-11-21" })).toBe("refused");
    expect(await total({ date: "20200101" })).toBe("refused");
  });

  it("and the mainland's each tell their own", async () => {
    const played = await play();
    const { sim, submit } = played;
    await submit(abroad(2));
    taskOf(await submit(urlBatch(3)));
    const startDate = toBeijing(sim.clock.nowMs() - 60_000);
    sim.clock.advance(3_000);
    const endDate = toBeijing(sim.clock.nowMs());
    const { data } = await log(played, "GetCdnRefreshLog", { startDate, endDate });
    expect(data.logs.flatMap(({ url_list }: { url_list: string[] }) => url_list)).toHaveLength(3);
  });
});

describe("tasks of v2", () => {
  it.each([
    ["urls", urlBatch(1)],
    ["directories", urlBatch(1, "purge-directory")],
  ] as const)("of %s are kept for 30 days, then unknown and never a success", async (_name, batch) => {
    const { sim, submit, rows } = await play();
    const task = taskOf(await submit(batch));
    sim.clock.advance(30 * 86_400_000 - 1_000);
    expect((await rows(task)).rows).toHaveLength(1);
    sim.clock.advance(2_000);
    expect(await rows(task)).toEqual({ rows: [], next: [task] });
  });
});

describe("a GET", () => {
  it.each([
    ["of 32 KB is served", 200, 200],
    ["beyond 32 KB is answered with 501 before anything is read", 400, 501],
  ] as const)("%s", async (_name, count, status) => {
    const { encode, send } = await play();
    const request = encode({ ...urlBatch(count), items: ["https://a.test/", ...shortUrls(count)] });
    const fields = Object.fromEntries(new URLSearchParams(request.body ?? ""));
    const query = signedForm("GET", `${new URL(request.url).host}/v2/index.php`, fields);
    const reply = await send({ url: `${request.url}?${query}`, method: "GET", headers: {}, body: null });
    expect(reply.status).toBe(status);
  });
});

function shortUrls(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `https://cdn.example.com/${"x".repeat(60)}/${at}`);
}
