import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { toyAccount, toyKind } from "../../test/toy-provider.ts";
import type { SimulatedAccount } from "./index.ts";
import { type SimulatorOptions, type Simulators, startSimulatorsOf } from "./start.ts";

const running: Simulators[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulators) => simulators.close()));
});

async function start(accounts: readonly SimulatedAccount[], options: SimulatorOptions = {}) {
  const simulators = await startSimulatorsOf([toyKind], accounts, options);
  running.push(simulators);
  return simulators;
}

function originOf(simulators: Simulators, account: string): string {
  return simulators.settingsOf(account).endpoint ?? "";
}

function work(origin: string, account: string, items: readonly string[]): Promise<Response> {
  return fetch(`${origin}/Work`, {
    method: "POST",
    headers: { "x-account": account },
    body: JSON.stringify(items),
  });
}

async function look(origin: string, account: string, id: string): Promise<unknown> {
  const response = await fetch(`${origin}/Look?id=${id}`, { headers: { "x-account": account } });
  return response.json();
}

describe("starting simulators", () => {
  it("plays accounts of one origin on one server, each with its own quota and tasks", async () => {
    const simulators = await start([toyAccount("a"), toyAccount("b")]);
    expect(simulators.origins).toEqual([{ origin: originOf(simulators, "a"), accounts: ["a", "b"] }]);
    expect(originOf(simulators, "b")).toBe(originOf(simulators, "a"));
    const origin = originOf(simulators, "a");
    expect((await work(origin, "a", ["1", "2", "3", "4"])).status).toBe(202);
    expect((await work(origin, "a", ["5"])).status).toBe(403);
    expect((await work(origin, "b", ["5"])).status).toBe(202);
    expect(await look(origin, "b", "task-1")).toEqual({ code: "NoTask" });
  });

  it("names every account that it cannot play, and why", async () => {
    const accounts = [
      toyAccount("real", null),
      toyAccount("far", "http://192.0.2.1:80"),
      toyAccount("tls", "https://127.0.0.1:9443"),
      { ...toyAccount("odd"), settings: { ...toyAccount("odd").settings, provider: "nobody" } },
    ];
    const failure = await start(accounts).catch((error: Error) => error.message);
    for (const { settings } of accounts) expect(failure).toContain(`account ${settings.name}: `);
    expect(failure).toContain('"https://127.0.0.1:9443", expected an http origin on loopback');
    expect(failure).toContain('"nobody", expected one of toy, toy-two');
  });

  it("opens nothing when one port is taken, and says whose", async () => {
    const first = await start([toyAccount("a")]);
    const taken = originOf(first, "a");
    const spare = await startSimulatorsOf([toyKind], [toyAccount("b")]);
    const free = originOf(spare, "b");
    await spare.close();
    const both = [toyAccount("b", free), toyAccount("c", taken)];
    const failure = await start(both).catch((error: Error) => error.message);
    expect(failure).toContain(`cannot listen on ${taken} for c: `);
    expect((await start([toyAccount("b", free)])).origins).toHaveLength(1);
  });

  it("closes at once, hanging requests included", async () => {
    const simulators = await start([toyAccount("a")]);
    simulators.faults.add({ kind: "hang" });
    const socket = connect(Number(new URL(originOf(simulators, "a")).port), "127.0.0.1");
    socket.write('POST /Work HTTP/1.1\r\nhost: x\r\nx-account: a\r\ncontent-length: 5\r\n\r\n["1"]');
    while (simulators.ledger.since(0, 1).length === 0) await new Promise(setImmediate);
    const closed = once(socket.resume(), "close");
    await simulators.close();
    await closed;
  });
});

describe("time", () => {
  it("is the virtual clock's in the Date header, the ages of tasks and the day of quotas", async () => {
    const simulators = await start([toyAccount("a")]);
    const origin = originOf(simulators, "a");
    await work(origin, "a", ["1", "2", "3", "4"]);
    expect(await look(origin, "a", "task-1")).toEqual({ rows: Array(4).fill("processing") });
    simulators.clock.advance(2_000);
    expect(await look(origin, "a", "task-1")).toEqual({ rows: Array(4).fill("succeeded") });
    simulators.clock.advance(24 * 3_600_000);
    const nextDay = await work(origin, "a", ["5"]);
    expect(nextDay.status).toBe(202);
    const ahead = Date.parse(nextDay.headers.get("date") ?? "") - Date.now();
    expect(Math.abs(ahead - 24 * 3_600_000)).toBeLessThan(10_000);
    expect(await look(origin, "a", "task-1"), "older than the look-back").toEqual({ code: "NoTask" });
  });

  it("judges unfinished tasks by a new age", async () => {
    const simulators = await start([toyAccount("a")], { completeMs: 3_600_000 });
    const origin = originOf(simulators, "a");
    await work(origin, "a", ["1"]);
    expect(await look(origin, "a", "task-1")).toEqual({ rows: ["processing"] });
    for (const { tasks } of simulators.accounts) tasks.setCompleteMs(0);
    expect(await look(origin, "a", "task-1")).toEqual({ rows: ["succeeded"] });
  });
});

describe("rates", () => {
  it("are judged in every second and every minute, refused arrivals included", async () => {
    const simulators = await start([toyAccount("a")]);
    const origin = originOf(simulators, "a");
    const burst = await Promise.all(Array.from({ length: 4 }, () => work(origin, "a", ["1"])));
    expect(burst.map(({ status }) => status).toSorted()).toEqual([202, 202, 202, 429]);
    simulators.clock.advance(1_000);
    expect((await work(origin, "a", ["1"])).status, "the fifth of the minute").toBe(202);
    simulators.clock.advance(1_000);
    expect((await work(origin, "a", ["1"])).status, "the sixth of the minute").toBe(429);
    simulators.clock.advance(60_000);
    expect((await work(origin, "a", ["1"])).status).toBe(403);
    expect(simulators.ledger.stats()).toEqual([
      {
        account: "a",
        call: "Work",
        calls: 7,
        outcomes: { ok: 4, TooFast: 2, Quota: 1 },
        itemsReceived: 7,
        itemsAccepted: 4,
        duplicates: 3,
        rateViolations: 2,
        peakPerSecond: 4,
        peakPerMinute: 6,
      },
    ]);
  });
});

describe("the ledger", () => {
  it("keeps the newest calls and counts them all", async () => {
    const limits = { calls: {}, quotas: {} };
    const simulators = await start([toyAccount("a", undefined, limits)], { ledgerEntries: 3 });
    const origin = originOf(simulators, "a");
    for (let item = 1; item <= 8; item += 1) await work(origin, "a", [String(item)]);
    const { ledger } = simulators;
    expect(ledger.since(0, 10).map(({ seq, items }) => [seq, ...items])).toEqual([
      [6, "6"],
      [7, "7"],
      [8, "8"],
    ]);
    expect(ledger.since(6, 1).map(({ seq }) => seq)).toEqual([7]);
    expect(ledger.since(8, 10)).toEqual([]);
    expect(ledger.dropped()).toBe(5);
    expect(ledger.stats()[0]?.calls).toBe(8);
  });

  it("records a call as it came and as it was answered", async () => {
    const simulators = await start([toyAccount("a")]);
    await work(originOf(simulators, "a"), "a", ["1", "2"]);
    expect(simulators.ledger.since(0, 10)).toEqual([
      {
        seq: 1,
        receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        receivedMonotonicMs: expect.any(Number),
        waitedMs: expect.any(Number),
        account: "a",
        call: "Work",
        items: ["1", "2"],
        outcome: "ok",
        status: 202,
        accepted: ["1", "2"],
        taskIds: ["task-1"],
        overRate: false,
      },
    ]);
  });
});
