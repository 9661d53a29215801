import type { BatchContent, HttpRequest } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { createStage } from "../../test/tencent-stage.ts";
import { startSimulatorsOf } from "../kernel/start.ts";
import { signedForm } from "./hand-signed.ts";
import { tencentSimulator } from "./index.ts";
import { playAccount, taskOf, urlBatch } from "./play-account.ts";

const play = createStage({ signature: "v2-sha256" });

describe("a batch through v2", () => {
  it.each(["v2-sha256", "v2-sha1"])(
    "of URLs, signed by %s, is accepted, under way, and done",
    async (signature) => {
      const { sim, submit, rows } = await play({ signature });
      const batch = urlBatch(1_000);
      const task = taskOf(await submit(batch));
      sim.clock.advance(3_000);
      expect(await rows(task)).toEqual({ rows: [], next: [task] });
      sim.clock.advance(60_000);
      const last = await rows(task);
      expect(last.next).toEqual([]);
      expect(last.rows.map(({ item, end }) => [item, end])).toEqual(
        batch.items.map((item) => [item, "confirmed"]),
      );
    },
  );

  it("is not listed within three seconds, and asked for again", async () => {
    const { sim, submit, rows } = await play({}, {}, { completeMs: 0 });
    const task = taskOf(await submit(urlBatch(1)));
    expect(await rows(task)).toEqual({ rows: [], next: [task] });
    sim.clock.advance(3_000);
    expect(await rows(task)).toMatchObject({ rows: [{ end: "confirmed" }], next: [] });
  });

  it("of directories is found by time, and an earlier purge of the same directory is not taken for it", async () => {
    const { sim, submit, rows } = await play();
    const batch = urlBatch(20, "purge-directory");
    const earlier = taskOf(await submit(batch));
    sim.clock.advance(58_000);
    const task = taskOf(await submit(batch));
    sim.clock.advance(3_000);
    expect((await rows(earlier)).rows).toHaveLength(20);
    expect(await rows(task)).toEqual({ rows: [], next: [task] });
    sim.clock.advance(60_000);
    const last = await rows(task);
    expect(last.rows.map(({ item, end }) => [item, end])).toEqual(
      batch.items.map((item) => [item, "confirmed"]),
    );
    // Of a time nobody knows all records: the batch ends with its last target, and the task with it.
    expect(last.next).toEqual([task]);
  });

  it("fails single items", async () => {
    const { sim, submit, rows } = await play();
    sim.faults.add({ kind: "fail-items", match: "中 1/" });
    const task = taskOf(await submit(urlBatch(3)));
    sim.clock.advance(60_000);
    const ends = (await rows(task)).rows.map(({ item, end, code }) => [item, end, code]);
    expect(ends).toContainEqual([urlBatch(3).items[1], "failed", "-1"]);
    expect(ends.filter(([, end]) => end === "confirmed")).toHaveLength(2);
  });
});

const fieldsOf = ({ body }: HttpRequest) => Object.fromEntries(new URLSearchParams(body ?? ""));

describe("a v2 signature", () => {
  it.each<[string, (url: URL) => string, number]>([
    ["the host with its port", (url) => url.host, 0],
    ["the bare host name", (url) => url.hostname, 0],
    ["another host", () => "cdn.example.com", 4100],
  ])("over %s", async (_name, hostOf, code) => {
    const { encode, send } = await play();
    const request = encode(urlBatch(2));
    const body = signedForm("POST", `${hostOf(new URL(request.url))}/v2/index.php`, fieldsOf(request));
    expect(JSON.parse((await send({ ...request, body })).body).code).toBe(code);
  });

  it("in a GET is taken too", async () => {
    const { encode, send } = await play();
    const request = encode(urlBatch(1));
    const query = signedForm("GET", `${new URL(request.url).host}/v2/index.php`, fieldsOf(request));
    const reply = await send({ url: `${request.url}?${query}`, method: "GET", headers: {}, body: null });
    expect(JSON.parse(reply.body).code).toBe(0);
  });
});

describe("what v2 refuses", () => {
  const refusals: [string, BatchContent, object][] = [
    ["too many URLs", urlBatch(1_001), { kind: "poisoned", code: "4000" }],
    ["too many directories", urlBatch(21, "purge-directory"), { kind: "poisoned", code: "4000" }],
    [
      "a URL without a scheme",
      { ...urlBatch(1), items: ["cdn.example.com/a"] },
      { kind: "poisoned", code: "4000" },
    ],
  ];
  it.each(refusals)("%s", async (_name, batch, outcome) => {
    const { submit } = await play();
    expect(await submit(batch)).toMatchObject(outcome);
  });

  it("more than a day's URLs", async () => {
    const { submit } = await play({}, { quotas: { url: 1 } });
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "accepted" });
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "quota", class: null, code: "4400" });
  });

  it("an item of a domain that is not the account's", async () => {
    const { sim, submit } = await play();
    sim.faults.add({ kind: "refuse-items", match: "中 1/" });
    expect(await submit(urlBatch(2))).toMatchObject({
      kind: "poisoned",
      message: expect.stringContaining("(9105)"),
    });
  });

  it("the call that is one too many in a minute", async () => {
    const { sim, submit } = await play({}, { calls: { RefreshCdnUrl: { perMinute: 2 } } });
    await submit(urlBatch(1));
    await submit(urlBatch(1));
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "throttled", code: "4400" });
    sim.clock.advance(60_000);
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "accepted" });
  });

  it("a wrong signature, an old one, and one that was used before", async () => {
    const { sim, encode, send } = await play();
    const codeOf = async (body: string | null) =>
      JSON.parse((await send({ ...encode(urlBatch(1)), body })).body).code;
    const { body } = encode(urlBatch(1));
    expect(await codeOf((body ?? "").replace("a~", "b~"))).toBe(4100);
    expect(await codeOf((body ?? "").replace("AKIDtest", "AKIDother"))).toBe(4100);
    expect(await codeOf(body)).toBe(0);
    expect(await codeOf(body)).toBe(4500);
    // Far from real time, which is good enough a clock, too.
    sim.clock.advance(3_600_000);
    const late = encode(urlBatch(1)).body;
    sim.clock.advance(301_000);
    expect(await codeOf(late)).toBe(4200);
  });

  it("an account of API 3.0, and the other way round", async () => {
    const { settings, sim, encode, send } = await play();
    const other = await playAccount();
    const tc3 = other.encode(urlBatch(1));
    await other.sim.close();
    const reply = await send({ ...tc3, url: `${settings.endpoint}/` });
    expect(JSON.parse(reply.body).Response.Error.Code).toBe("ActionOffline");
    expect(JSON.parse((await send(encode(urlBatch(1)))).body).code).toBe(0);
    expect(sim.ledger.stats().map(({ itemsAccepted }) => itemsAccepted)).toEqual([0, 1]);
  });
});

describe("two accounts with one key", () => {
  it("are told apart by the API that each is configured for", async () => {
    const origin = { endpoint: "http://127.0.0.1:0" };
    const api3 = await playAccount({ ...origin, name: "new" });
    const v2 = await playAccount({ ...origin, name: "old", signature: "v2-sha1" });
    await Promise.all([api3.sim.close(), v2.sim.close()]);
    const both = await startSimulatorsOf([tencentSimulator], [...api3.sim.accounts, ...v2.sim.accounts]);
    try {
      const { endpoint } = both.settingsOf("new");
      await api3.send({ ...api3.encode(urlBatch(1)), url: `${endpoint}/` });
      // Signed for another port: refused, but known for the legacy account's.
      await v2.send({ ...v2.encode(urlBatch(1)), url: `${endpoint}/v2/index.php` });
      expect(both.ledger.since(0, 2)).toMatchObject([
        { account: "new", outcome: "ok" },
        { account: "old", outcome: "4100" },
      ]);
    } finally {
      await both.close();
    }
  });
});

describe("an operation that is none", () => {
  it.each(["PurgeAll", "constructor"])("%s is refused", async (Action) => {
    const { encode, send } = await play();
    const request = encode(urlBatch(1));
    const fields = { ...fieldsOf(request), Action };
    const body = signedForm("POST", `${new URL(request.url).host}/v2/index.php`, fields);
    expect(JSON.parse((await send({ ...request, body })).body).code).toBe(6100);
  });
});
