import { afterEach, describe, expect, it } from "vitest";
import { handSigned } from "./hand-signed.ts";
import { batchOf, type PlayedForTest, playAccount, progressOf, tasksOf, urls } from "./play-accounts.ts";

let played: PlayedForTest | null = null;
afterEach(async () => {
  await played?.sim.close();
  played = null;
});
const play = async (signature: string | null = null) => {
  played = await playAccount("alibaba-vod", { signature });
  return played;
};
const media = Array.from({ length: 20 }, (_, n) => `ca3a8f6e4957b658067095869${String(n).padStart(4, "0")}`);

describe.each(["acs3", "rpc"])("media signed with %s", (signature) => {
  it.each(["purge-media", "prefetch-media"] as const)(
    "go through %s to the end of all their URLs",
    async (lane) => {
      const { sim, submit, poll, settle } = await play(signature);
      const [job] = tasksOf(await submit(batchOf(lane, media)));
      const early = progressOf(await poll([job]));
      expect(early).toEqual([{ rows: [], next: [job] }]);
      const rows = await settle([job], 30_000);
      expect(new Set(rows.map(({ item, end }) => `${end} ${item}`))).toEqual(
        new Set(media.map((id) => `confirmed ${id}`)),
      );
      expect(rows).toHaveLength(media.length);
      expect(sim.ledger.stats().map(({ call }) => call)).toEqual([
        "RefreshMediaPlayUrls",
        "GetMediaRefreshJobs",
        "DescribeVodRefreshTasks",
      ]);
    },
  );
});

describe("media", () => {
  it("that do not exist or are another's are rejected, the rest goes on", async () => {
    const { sim, submit, settle } = await play();
    sim.faults.add({ kind: "refuse-items", match: media[1] ?? "" });
    const outcome = await submit(batchOf("purge-media", ["nonexist1", "forbidden1", ...media.slice(0, 2)]));
    expect(
      outcome.kind === "accepted" ? outcome.rejected.map(({ item, code }) => `${code} ${item}`) : [],
    ).toEqual(["NonExistMediaIds nonexist1", `NonExistMediaIds ${media[1]}`, "ForbiddenMediaIds forbidden1"]);
    expect(await settle(tasksOf(outcome))).toMatchObject([{ item: media[0], end: "confirmed" }]);
  });

  it("whose URLs cannot be submitted fail, by the job's word, and no other media with them", async () => {
    const { submit, settle } = await play();
    const rows = await settle(tasksOf(await submit(batchOf("purge-media", ["queuefull1", "m1"]))));
    expect(rows.map(({ item, end, code }) => [item, end, code])).toEqual([
      ["queuefull1", "failed", "PreloadQueueFull"],
      ["m1", "confirmed", null],
    ]);
  });

  it("that are all rejected leave nothing to ask", async () => {
    const { submit } = await play();
    expect(await submit(batchOf("prefetch-media", ["nonexist1"]))).toMatchObject({
      kind: "accepted",
      tasks: [],
      rejected: [{ item: "nonexist1" }],
    });
  });

  it("fail when one of their URLs fails, and no other media of the batch with them", async () => {
    const { sim, submit, settle } = await play();
    sim.faults.add({ kind: "fail-items", match: `${media[0]}/HD.mp4` });
    const rows = await settle(tasksOf(await submit(batchOf("purge-media", media.slice(0, 3)))));
    expect(new Map(rows.map(({ item, end }) => [item, end]))).toEqual(
      new Map([
        [media[0], "failed"],
        [media[1], "confirmed"],
        [media[2], "confirmed"],
      ]),
    );
  });

  it("with every option are spread over several pages of one task, all of which are read", async () => {
    const { sim, submit, settle } = await play();
    const options = {
      Formats: "m3u8,mp4",
      Definitions: "HD,LD,SD",
      StreamType: "video",
      ResultType: "Multiple",
      SliceFlag: true,
      SliceCount: 20,
      UserData: '{"Extend":{"localId":"本地 1*~+%"}}',
    };
    const rows = await settle(tasksOf(await submit(batchOf("prefetch-media", media.slice(0, 2), options))));
    expect(rows.map(({ end }) => end)).toEqual(["confirmed", "confirmed"]);
    // 2 media × 3 definitions × (2 formats + 20 slices) = 132 URLs on pages of 50.
    expect(sim.ledger.stats().at(-1)).toMatchObject({ call: "DescribeVodRefreshTasks", calls: 3 });
  });

  it("with an option that the operation does not take are refused", async () => {
    const { submit } = await play();
    const outcome = await submit(batchOf("purge-media", ["m1"], { Formats: "avi" }));
    expect(outcome).toMatchObject({ kind: "poisoned", code: "InvalidParameter" });
  });
});

describe("the task list of VOD", () => {
  it("has pages of fifty at most", async () => {
    const { settings, sim, send } = await play();
    const ask = async (PageSize: string) => {
      const common = {
        Version: "2017-03-21",
        Timestamp: `${new Date(sim.clock.nowMs()).toISOString().slice(0, 19)}Z`,
      };
      const reply = await send(
        handSigned(settings.endpoint ?? "", "DescribeVodRefreshTasks", { PageSize }, common),
      );
      return JSON.parse(reply.body) as object;
    };
    expect(await ask("50")).toMatchObject({ Tasks: { Task: [] }, PageSize: 50, TotalCount: 0 });
    expect(await ask("51")).toMatchObject({ Code: "InvalidParameter" });
  });
});

describe("URLs at VOD", () => {
  it.each([
    ["purge-url", urls(120)],
    ["purge-directory", ["https://cdn.example.com/img/"]],
    ["purge-pattern", ["https://cdn.example.com/.*\\.js$"]],
    ["purge-ignore-params", ["https://cdn.example.com/page.html"]],
    ["prefetch-url", urls(60)],
  ] as const)("of %s are confirmed one by one", async (lane, items) => {
    const { sim, submit, settle } = await play();
    const rows = await settle(tasksOf(await submit(batchOf(lane, items))));
    expect(new Set(rows.map(({ item, end }) => `${end} ${item}`))).toEqual(
      new Set(items.map((item) => `confirmed ${item}`)),
    );
    expect(sim.ledger.stats().at(-1)?.calls).toBe(Math.ceil(items.length / 50));
  });
});
