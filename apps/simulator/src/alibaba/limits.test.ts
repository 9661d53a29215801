import type { Lane } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { batchOf, type PlayedForTest, playAccount, tasksOf, urls } from "./play-accounts.ts";
import type { Product } from "./read-call.ts";

let played: PlayedForTest | null = null;
afterEach(async () => {
  await played?.sim.close();
  played = null;
});
const play = async (...args: Parameters<typeof playAccount>) => {
  played = await playAccount(...args);
  return played;
};

describe("what a request may carry", () => {
  const directories = Array.from({ length: 101 }, (_, n) => `https://cdn.example.com/${n}/`);
  const domains = Array.from({ length: 11 }, (_, n) => `https://cdn${n}.example.com/`);

  it.each<[string, Product, Lane, readonly string[], string, string]>([
    ["1,001 URLs", "alibaba-cdn", "purge-url", urls(1_001), "poisoned", "InvalidObjectPath.Size.Malformed"],
    [
      "101 directories",
      "alibaba-cdn",
      "purge-directory",
      directories,
      "poisoned",
      "InvalidObjectPath.Size.Malformed",
    ],
    ["2 patterns", "alibaba-cdn", "purge-pattern", urls(2), "poisoned", "InvalidObjectPath.Size.Malformed"],
    [
      "101 prefetches",
      "alibaba-cdn",
      "prefetch-url",
      urls(101),
      "poisoned",
      "InvalidObjectPath.Size.Malformed",
    ],
    ["11 domains", "alibaba-cdn", "purge-url", domains, "poisoned", "SingleRequest.OverLimit"],
    [
      "a prefetch of 1,025 characters",
      "alibaba-cdn",
      "prefetch-url",
      [`https://a.example.com/${"x".repeat(1_003)}`],
      "poisoned",
      "InvalidObjectPath.Malformed",
    ],
    ["no URL", "alibaba-cdn", "purge-url", ["cdn.example.com"], "poisoned", "InvalidObjectPath.Malformed"],
    [
      "a directory without its slash",
      "alibaba-cdn",
      "purge-directory",
      ["https://cdn.example.com/img"],
      "poisoned",
      "InvalidObjectPath.Malformed",
    ],
    [
      "a wildcard domain",
      "alibaba-cdn",
      "purge-url",
      ["https://*.example.com/a"],
      "poisoned",
      "InvalidExtensiveDomain.ValueNotSupported",
    ],
    [
      "21 media",
      "alibaba-vod",
      "purge-media",
      Array.from({ length: 21 }, (_, n) => `m${n}`),
      "poisoned",
      "InvalidParameter",
    ],
    [
      "1,001 URLs of VOD",
      "alibaba-vod",
      "purge-url",
      urls(1_001),
      "poisoned",
      "InvalidObjectPath.Size.Malformed",
    ],
  ])("is not %s", async (_what, product, lane, items, kind, code) => {
    const { sim, submit } = await play(product);
    expect(await submit(batchOf(lane, items))).toMatchObject({ kind, code });
    expect(sim.ledger.stats()).toMatchObject([{ itemsAccepted: 0, outcomes: { [code]: 1 } }]);
  });
});

describe("what a gateway takes", () => {
  it("is a body as long as the account's limit says; a longer one gets a page, and is sent in halves", async () => {
    const { sim, submit, encode, send } = await play(
      "alibaba-cdn",
      {},
      { lanes: { "purge-url": { bodyBytes: 900 } } },
    );
    const [small, large] = [batchOf("purge-url", urls(2)), batchOf("purge-url", urls(20))];
    const reply = await send(encode(large));
    expect([reply.status, reply.headers["content-type"]]).toEqual([413, "text/html"]);
    expect(await submit(large)).toMatchObject({ kind: "poisoned", code: "HTTP413" });
    expect((await submit(small)).kind).toBe("accepted");
    expect(sim.accounts[0]?.quota.remaining("url")).toBe(9_998);
  });
});

describe("rates", () => {
  it.each<[Product, string, Lane, string]>([
    ["alibaba-cdn", "RefreshObjectCaches", "purge-url", "https://cdn.example.com/1"],
    ["alibaba-cdn", "PushObjectCache", "prefetch-url", "https://cdn.example.com/1"],
    ["alibaba-vod", "RefreshMediaPlayUrls", "purge-media", "m1"],
    ["alibaba-vod", "RefreshVodObjectCaches", "purge-url", "https://cdn.example.com/1"],
    ["alibaba-vod", "PreloadVodObjectCaches", "prefetch-url", "https://cdn.example.com/1"],
  ])("of %s let as many %s through in a second as allowed, and one more later", async (...given) => {
    const [product, call, lane, item] = given;
    // Five, not fifty: on a busy machine six calls still fall into one second.
    const { sim, submit } = await play(product, {}, { calls: { [call]: { perSecond: 5 } } });
    const batch = batchOf(lane, [item]);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => submit(batch)));
    const others = outcomes.filter(({ kind }) => kind !== "accepted");
    expect(others).toMatchObject([{ kind: "throttled", code: "Throttling.User" }]);
    sim.clock.advance(1_001);
    expect((await submit(batch)).kind).toBe("accepted");
    expect(sim.ledger.stats()).toMatchObject([{ call, rateViolations: 1, peakPerSecond: 6 }]);
  });

  it.each<[Product, string, Lane, string]>([
    ["alibaba-cdn", "DescribeRefreshTaskById", "purge-url", "https://cdn.example.com/1"],
    ["alibaba-cdn", "DescribeRefreshTasks", "purge-url", "https://cdn.example.com/1"],
    ["alibaba-vod", "GetMediaRefreshJobs", "purge-media", "m1"],
    ["alibaba-vod", "DescribeVodRefreshTasks", "purge-url", "https://cdn.example.com/1"],
  ])("of %s hold for its query %s, too", async (product, call, lane, item) => {
    const { sim, submit, poll } = await play(product, {}, { calls: { [call]: { perSecond: 3 } } });
    const [task] = tasksOf(await submit(batchOf(lane, [item])));
    const answers = await Promise.all(Array.from({ length: 4 }, () => poll([{ ...task, call }])));
    const throttled = { kind: "throttled", scope: "call", code: "Throttling.User" };
    expect(answers.filter(({ kind }) => kind !== "progress")).toMatchObject([throttled]);
    sim.clock.advance(1_001);
    expect((await poll([{ ...task, call }])).kind).toBe("progress");
  });

  it.each<[Product, string]>([
    ["alibaba-cdn", "DescribeRefreshQuota"],
    ["alibaba-vod", "DescribeVodRefreshQuota"],
  ])("of %s hold for %s, too, and what it tells is what is left", async (product, call) => {
    const { sim, submit, quota } = await play(product, {}, { calls: { [call]: { perSecond: 2 } } });
    await submit(batchOf("purge-url", urls(3)));
    const answers = await Promise.all([quota(call), quota(call), quota(call)]);
    expect(answers.filter(({ kind }) => kind !== "figures")).toMatchObject([{ kind: "throttled" }]);
    sim.clock.advance(1_001);
    const told = await quota(call);
    const own = sim.accounts[0]?.quota.report() ?? [];
    const figures = told.kind === "figures" ? told.figures : [];
    const classes = product === "alibaba-cdn" ? 5 : 3;
    expect(figures).toHaveLength(classes);
    for (const { class: name, limit, remaining } of figures) {
      expect([limit, remaining]).toEqual(
        own.filter((each) => each.class === name).flatMap((each) => [each.limit, each.remaining]),
      );
    }
    expect(own.find((each) => each.class === "url")?.used).toBe(3);
  });

  it("hold for the URLs of one domain in a minute, and leave other domains alone", async () => {
    const perDomainPerMinute = { lanes: { "purge-url": { perDomainPerMinute: 3 } } };
    const { sim, submit } = await play("alibaba-cdn", {}, perDomainPerMinute);
    const [two, other] = [batchOf("purge-url", urls(2)), batchOf("purge-url", urls(2, "b.example.com"))];
    expect((await submit(two)).kind).toBe("accepted");
    const code = "QuotaPerMinuteExceeded.Refresh";
    expect(await submit(two)).toMatchObject({
      kind: "throttled",
      scope: "domains",
      code,
      retryAfterMs: 60_000,
    });
    expect((await submit(other)).kind).toBe("accepted");
    sim.clock.advance(60_000);
    expect((await submit(two)).kind).toBe("accepted");
  });

  it("can be broken by an injected fault, in the provider's own words", async () => {
    const { sim, submit } = await play("alibaba-cdn");
    sim.faults.add({ kind: "throttle", times: 1 });
    expect(await submit(batchOf("purge-url", urls(1)))).toMatchObject({
      kind: "throttled",
      code: "Throttling.User",
    });
  });
});

describe("daily quotas", () => {
  it.each<[Product, Lane, string, readonly string[]]>([
    ["alibaba-cdn", "purge-url", "url", urls(2)],
    [
      "alibaba-cdn",
      "purge-directory",
      "directory",
      ["https://cdn.example.com/a/", "https://cdn.example.com/b/"],
    ],
    ["alibaba-cdn", "purge-pattern", "pattern", ["https://cdn.example.com/.*\\.js$"]],
    ["alibaba-cdn", "purge-ignore-params", "ignoreParams", ["https://cdn.example.com/a.html"]],
    ["alibaba-cdn", "prefetch-url", "prefetch", urls(2)],
    ["alibaba-vod", "purge-url", "url", urls(2)],
    [
      "alibaba-vod",
      "purge-directory",
      "directory",
      ["https://cdn.example.com/a/", "https://cdn.example.com/b/"],
    ],
    ["alibaba-vod", "purge-pattern", "pattern", ["https://cdn.example.com/.*\\.js$"]],
    ["alibaba-vod", "purge-ignore-params", "ignoreParams", ["https://cdn.example.com/a.html"]],
    ["alibaba-vod", "prefetch-url", "prefetch", urls(2)],
    ["alibaba-vod", "purge-media", "url", ["m1", "m2"]],
    ["alibaba-vod", "prefetch-media", "prefetch", ["m1", "m2"]],
  ])(
    "of %s stop %s when its %s are spent, until midnight in Shanghai",
    async (product, lane, quota, items) => {
      const { sim, submit } = await play(
        product,
        {},
        {
          quotas: { [quota]: items.length * 2 - 1 },
        },
      );
      const batch = batchOf(lane, items);
      // One o'clock of tomorrow in Shanghai (UTC+8): the day's end is 23 hours away.
      const dayMs = 86_400_000;
      sim.clock.advance(dayMs + 3_600_000 - ((sim.clock.nowMs() + 8 * 3_600_000) % dayMs));
      expect((await submit(batch)).kind).toBe("accepted");
      const spent = { kind: "quota", class: quota, code: "QuotaExceeded.Refresh" };
      expect(await submit(batch)).toMatchObject(spent);
      sim.clock.advance(22.9 * 3_600_000);
      expect(await submit(batch)).toMatchObject(spent);
      sim.clock.advance(0.2 * 3_600_000);
      expect((await submit(batch)).kind).toBe("accepted");
    },
  );
});
