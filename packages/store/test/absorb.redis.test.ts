import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { absorbLimits, leftovers, PAGE, purgeDirectory, SHOP, SITE, states } from "./absorb-steps.ts";
import { type Bundle, bundle, type How } from "./bundle.ts";
import { confirmLane, endLane, prefetch, purge, sealLane, sealUnswept } from "./order-steps.ts";
import { counts, finish, keys, urls } from "./steps.ts";

let store: Bundle;
beforeEach(async () => {
  store = await bundle({ limits: absorbLimits() });
});
afterEach(() => store.close());

describe("a pending directory", () => {
  it.each<[string, string, How, How]>([
    ["a URL in it", PAGE, {}, {}],
    ["a URL deep in it, with a query", `${SHOP}a/b/c?x=/y/`, {}, {}],
    ["a URL that is spelled as it is", SHOP, {}, {}],
    ["a URL whose name begins with a dot", `${SHOP}.well-known/x`, {}, {}],
    ["a directory in it", `${SHOP}a/`, { lane: "purge-directory" }, {}],
    [
      "a soft purge, being hard",
      `${SHOP}a/`,
      { lane: "purge-directory", options: { FlushType: "flush" } },
      {},
    ],
    ["an area of all that it reaches", PAGE, { options: { Area: "mainland" } }, {}],
    ["an area, in the same one", PAGE, { options: { Area: "mainland" } }, { options: { Area: "mainland" } }],
    ["an urgent URL, while it is not", PAGE, { priority: "urgent" }, {}],
  ])("absorbs %s, staged before it or after it", async (_what, target, how, wider) => {
    await purgeDirectory(store, "int_1", [SHOP], wider);
    await purge(store, "int_2", [target], how);
    expect(await states(store, "int_2")).toEqual([`absorbed via ${SHOP}`]);
    expect(await counts(store, "int_2")).toMatchObject({ pending: 0, absorbed: 1 });
    expect(await confirmLane(store, "purge-directory")).toEqual([SHOP]);
    expect(await states(store, "int_2")).toEqual([`confirmed via ${SHOP}`]);

    await purge(store, "int_3", [target], how);
    await purgeDirectory(store, "int_4", [SHOP], wider);
    await sealLane(store, how.lane ?? "purge-url");
    expect(await states(store, "int_3")).toEqual([`absorbed via ${SHOP}`]);
    const sealed = await sealLane(store, "purge-directory");
    if (sealed !== null) await finish(store, sealed);
    else await store.work.sweep("ali");
  });

  it.each<[string, string, How, How]>([
    ["a URL beside it that begins alike", `${SITE}shopping/page.html`, {}, {}],
    ["a URL that leads out of it", `${SHOP}../page.html`, {}, {}],
    ["a URL that leads out of it in escapes", `${SHOP}a/%2e%2E/../page.html`, {}, {}],
    ["a URL of another scheme", PAGE.replace("https", "http"), {}, {}],
    ["a URL whose query names it", `https://a.example.com?${SHOP}x`, {}, {}],
    ["a directory around it", SITE, { lane: "purge-directory" }, {}],
    ["a URL, being soft", PAGE, {}, { options: { FlushType: "flush" } }],
    [
      "a hard purge, being soft",
      `${SHOP}a/`,
      { lane: "purge-directory" },
      { options: { FlushType: "flush" } },
    ],
    ["all areas, being of one", PAGE, {}, { options: { Area: "mainland" } }],
    ["another area", PAGE, { options: { Area: "overseas" } }, { options: { Area: "mainland" } }],
    ["options that no rule compares", PAGE, { options: { UrlEncode: true } }, {}],
  ])("does not absorb %s", async (_what, target, how, wider) => {
    await purgeDirectory(store, "int_1", [SHOP], wider);
    await purge(store, "int_2", [target], how);
    expect(await states(store, "int_2")).toEqual(["pending"]);
    const lane = how.lane ?? "purge-url";
    const sent: string[] = [];
    for (let i = 0; i < 3; i += 1) sent.push(...(await confirmLane(store, lane)));
    expect(sent).toContain(target);
    expect(await states(store, "int_2")).toEqual(["confirmed"]);
  });
});

describe("a media id", () => {
  const some = { lane: "purge-media", options: { Formats: "m3u8,mp4" } } as const;

  it("is absorbed by the same with wider options, which it may have been staged before", async () => {
    await purge(store, "int_1", ["m1", "m2"], { lane: "purge-media", options: { Formats: "mp4" } });
    await purge(store, "int_2", ["m1"], some);
    await purge(store, "int_3", ["m1"], { lane: "purge-media" });
    await purge(store, "int_4", ["m1"], { lane: "purge-media", options: { Formats: "flv" } });
    expect(await states(store, "int_4")).toEqual(["absorbed via m1"]);
    expect(await confirmLane(store, "purge-media")).toEqual(["m2"]);
    expect(await states(store, "int_1")).toEqual(["absorbed via m1", "confirmed"]);
    expect(await confirmLane(store, "purge-media")).toEqual(["m1"]);
    expect(await states(store, "int_1")).toEqual(["confirmed via m1", "confirmed"]);
    expect(await states(store, "int_2")).toEqual(["confirmed via m1"]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("is sent itself with options that the other one lacks", async () => {
    await purge(store, "int_1", ["m1"], some);
    await purge(store, "int_2", ["m1"], { lane: "purge-media", options: { Formats: "flv" } });
    expect(await confirmLane(store, "purge-media")).toEqual(["m1"]);
    expect(await confirmLane(store, "purge-media")).toEqual(["m1"]);
  });
});

describe("a directory that is sealed", () => {
  it("absorbs what was staged before its seal, and nothing that came later", async () => {
    await purge(store, "int_1", [PAGE]);
    await purgeDirectory(store, "int_2", [SHOP]);
    const sealed = await sealUnswept(store, "purge-directory");
    await purge(store, "int_3", [`${PAGE}?late`]);
    expect(await states(store, "int_1")).toEqual(["pending"]);
    const late = await sealUnswept(store, "purge-url");
    expect(late?.batch.items).toEqual([`${PAGE}?late`]);
    expect(await states(store, "int_1")).toEqual([`absorbed via ${SHOP}`]);
    if (sealed !== null) await finish(store, sealed);
    expect(await states(store, "int_1")).toEqual([`confirmed via ${SHOP}`]);
  });

  it("leaves a key alone that somebody wanted again after its seal", async () => {
    await purge(store, "int_1", [PAGE]);
    await purgeDirectory(store, "int_2", [SHOP]);
    await sealUnswept(store, "purge-directory");
    await purge(store, "int_3", [PAGE]);
    expect(await confirmLane(store, "purge-url")).toEqual([PAGE]);
  });

  it("leaves a target alone that was retried after its seal", async () => {
    await purge(store, "int_1", [PAGE]);
    await endLane(store, "purge-url", "failed");
    await purgeDirectory(store, "int_2", [SHOP]);
    await sealLane(store, "purge-directory");
    await store.intake.retry("int_1");
    expect(await confirmLane(store, "purge-url")).toEqual([PAGE]);
  });

  it("is found by what waits in a long queue, even when it is confirmed by then", async () => {
    await purge(store, "int_1", [...urls(2500, "a.example.com/shop"), ...urls(10, "b.example.com")]);
    await store.intake.pause("ali");
    await purgeDirectory(store, "int_2", [SHOP]);
    await store.intake.resume("ali");
    expect(await confirmLane(store, "purge-directory")).toEqual([SHOP]);
    for (let i = 0; i < 20; i += 1) await store.work.sweep("ali");
    expect(await counts(store, "int_1")).toMatchObject({ pending: 10, absorbed: 0, confirmed: 2500 });
    expect(await confirmLane(store, "purge-url")).toEqual(urls(10, "b.example.com"));
    await store.work.sweep("ali");
    expect(await leftovers(store)).toEqual([]);
  });
});

describe("confirmation", () => {
  it("reaches what a directory had absorbed that was absorbed itself", async () => {
    await purgeDirectory(store, "int_1", [SHOP]);
    await purge(store, "int_2", [PAGE]);
    await purgeDirectory(store, "int_3", [SITE]);
    expect(await confirmLane(store, "purge-directory")).toEqual([SITE]);
    expect(await states(store, "int_1")).toEqual([`confirmed via ${SITE}`]);
    expect(await states(store, "int_2")).toEqual([`confirmed via ${SHOP}`]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("does not reach what a directory absorbed that was sealed too late to be absorbed itself", async () => {
    await store.close();
    store = await bundle({ limits: absorbLimits({ batch: 1 }) });
    await purgeDirectory(store, "int_1", [SHOP]);
    await purgeDirectory(store, "int_2", [SITE], { priority: "urgent" });
    // The wider one is on its way; the page may have changed since.
    const wider = await sealUnswept(store, "purge-directory");
    expect(wider?.batch.items).toEqual([SITE]);
    await purge(store, "int_3", [PAGE]);
    expect(await states(store, "int_3")).toEqual([`absorbed via ${SHOP}`]);
    for (let i = 0; i < 3; i += 1) await store.work.sweep("ali");
    if (wider !== null) await finish(store, wider);
    expect(await states(store, "int_3")).toEqual([`absorbed via ${SHOP}`]);
    expect(await confirmLane(store, "purge-directory")).toEqual([SHOP]);
    expect(await states(store, "int_3")).toEqual([`confirmed via ${SHOP}`]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("of more than one script can write is finished by the sweep", async () => {
    await purgeDirectory(store, "int_1", [SHOP]);
    await purge(store, "int_2", urls(6000, "a.example.com/shop"));
    expect(await counts(store, "int_2")).toMatchObject({ absorbed: 6000 });
    expect(await confirmLane(store, "purge-directory")).toEqual([SHOP]);
    expect(await counts(store, "int_2")).not.toMatchObject({ confirmed: 6000 });
    for (let i = 0; i < 5; i += 1) await store.work.sweep("ali");
    expect(await counts(store, "int_2")).toMatchObject({ confirmed: 6000 });
    expect((await store.intake.legs("int_2"))[0]?.finishedAtMs).not.toBeNull();
    expect(await leftovers(store)).toEqual([]);
  });

  it("is found by the sweep where a program that knows no absorption has ended the directory", async () => {
    await purgeDirectory(store, "int_1", [SHOP]);
    await purge(store, "int_2", [PAGE]);
    await store.connection.hset("t:{ali}:lane:purge-directory:absorbs", "9:9", "");
    await store.connection.hset(
      "t:{ali}:absorbed:9:9",
      await store.connection.hgetall("t:{ali}:absorbed:1:0"),
    );
    await store.connection.del("t:{ali}:absorbed:1:0");
    await store.work.sweep("ali");
    expect(await states(store, "int_2")).toEqual(["pending"]);
  });
});

describe("an absorbed target", () => {
  it("goes with its last interest when it is cancelled, and the directory stays", async () => {
    await purgeDirectory(store, "int_1", [SHOP]);
    await purge(store, "int_2", [PAGE]);
    await purge(store, "int_3", [PAGE]);
    expect((await store.intake.cancel("int_2")).targets).toBe(1);
    expect(await states(store, "int_3")).toEqual([`absorbed via ${SHOP}`]);
    expect((await store.intake.cancel("int_3")).targets).toBe(1);
    expect(await keys(store, "t:{ali}:absorbed:*")).toEqual([]);
    expect(await confirmLane(store, "purge-directory")).toEqual([SHOP]);
    expect(await states(store, "int_2")).toEqual(["cancelled"]);
    expect(await states(store, "int_3")).toEqual(["cancelled"]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("takes no part in the spacing of its key", async () => {
    await purgeDirectory(store, "int_1", [SHOP]);
    await purge(store, "int_2", [PAGE]);
    await sealLane(store, "purge-directory");
    expect(await keys(store, "t:{ali}:lane:purge-url:out")).toEqual([]);
  });

  it("counts as pending for the backlog, and frees its room with its end", async () => {
    const pending = () => store.connection.hget("t:{ali}:account", "pending");
    await purgeDirectory(store, "int_1", [SHOP]);
    await purge(store, "int_2", [PAGE]);
    expect(await pending()).toBe("2");
    await confirmLane(store, "purge-directory");
    expect(await pending()).toBe("0");
  });

  it("that is urgent passes its class on to the directory, which may not have gone first else", async () => {
    await purgeDirectory(store, "int_1", [SHOP]);
    await purge(store, "int_2", [PAGE], { priority: "urgent" });
    const held = await store.connection.hvals("t:{ali}:lane:purge-directory:keys");
    expect(held).toEqual(["1:0!"]);
    expect(await confirmLane(store, "purge-directory")).toEqual([SHOP]);
  });

  it("keeps prefetches behind it, whenever they were staged", async () => {
    await purge(store, "int_1", [PAGE]);
    await prefetch(store, "int_2", [PAGE]);
    await purgeDirectory(store, "int_3", [SHOP]);
    await sealLane(store, "purge-url");
    expect(await states(store, "int_1")).toEqual([`absorbed via ${SHOP}`]);
    await prefetch(store, "int_4", [PAGE]);
    const sealed = await sealLane(store, "purge-directory");
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    if (sealed !== null) await finish(store, sealed);
    const first = await sealUnswept(store, "prefetch-url");
    expect(first?.batch.items).toEqual([PAGE]);
    if (first !== null) await finish(store, first);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("keeps prefetches behind it that were staged after the directory, where it has to go itself", async () => {
    for (const id of ["int_1", "int_2"]) await purgeDirectory(store, id, [SHOP]);
    await purge(store, "int_3", [PAGE]);
    await prefetch(store, "int_4", [PAGE]);
    await store.intake.cancel("int_1");
    expect(await states(store, "int_3")).toEqual(["pending"]);
    const directory = await sealUnswept(store, "purge-directory");
    if (directory !== null) await finish(store, directory);
    expect(await states(store, "int_2")).toEqual(["confirmed"]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    expect(await confirmLane(store, "purge-url")).toEqual([PAGE]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
  });
});
