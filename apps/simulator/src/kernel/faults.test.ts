import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { control } from "../../test/send.ts";
import { toyAccount, toyKind } from "../../test/toy-provider.ts";
import type { Fault } from "./faults.ts";
import { type Simulators, startSimulatorsOf } from "./start.ts";

let simulators: Simulators;
let origin: string;
beforeEach(async () => {
  const limits = { calls: {}, quotas: {} };
  const accounts = [toyAccount("a", undefined, limits), toyAccount("b", undefined, limits)];
  simulators = await startSimulatorsOf([toyKind], accounts, { completeMs: 0 });
  origin = simulators.settingsOf("a").endpoint ?? "";
});
afterEach(() => simulators.close());

function work(items: readonly string[], account = "a"): Promise<Response> {
  const init = { method: "POST", headers: { "x-account": account }, body: JSON.stringify(items) };
  return fetch(`${origin}/Work`, init);
}

async function look(id: string): Promise<unknown> {
  return (await fetch(`${origin}/Look?id=${id}`, { headers: { "x-account": "a" } })).json();
}

describe("an injected fault", () => {
  it("strikes as often as it says, the oldest first", async () => {
    simulators.faults.add({ kind: "throttle", times: 1 });
    simulators.faults.add({ kind: "reply", times: 1, status: 503, body: "later" });
    const replies = [await work(["1"]), await work(["2"]), await work(["3"])];
    expect(replies.map(({ status }) => status)).toEqual([429, 503, 202]);
    expect(simulators.faults.list().map(({ struck }) => struck)).toEqual([1, 1]);
  });

  it("strikes only its account and its call", async () => {
    simulators.faults.add({ kind: "throttle", account: "b", call: "Work" });
    expect((await work(["1"], "a")).status).toBe(202);
    expect((await work(["1"], "b")).status).toBe(429);
    expect(await look("task-1")).toEqual({ rows: ["succeeded"] });
  });

  it("answers with a proxy's page without applying the call, or after applying it", async () => {
    simulators.faults.add({ kind: "reply", times: 1 });
    simulators.faults.add({ kind: "reply", applied: true, times: 1 });
    const lost = await work(["1"]);
    expect(lost.status).toBe(502);
    expect(lost.headers.get("content-type")).toBe("text/html");
    await work(["2"]);
    expect(await look("task-1")).toEqual({ code: "NoTask" });
    expect(await look("task-2")).toEqual({ rows: ["succeeded"] });
  });

  it("refuses with the provider's own code and body, applied or not", async () => {
    const add = (fault: object) => control(origin, "POST", "faults", { kind: "code", times: 1, ...fault });
    await add({ code: "Quota" });
    await add({ code: "Quota", applied: true });
    const refused = await work(["1"]);
    expect([refused.status, await refused.json()]).toEqual([403, { code: "Quota" }]);
    expect((await work(["2"])).status).toBe(403);
    expect(await look("task-1")).toEqual({ code: "NoTask" });
    expect(await look("task-2")).toEqual({ rows: ["succeeded"] });
    expect(simulators.ledger.since(0, 2)).toMatchObject([
      { outcome: "Quota", status: 403, accepted: [] },
      { outcome: "Quota", status: 403, accepted: ["2"] },
    ]);
  });

  it("strikes with a code, and words of the caller's, only where the API asked has it", async () => {
    await control(origin, "POST", "faults", { kind: "code", code: "Broken", message: "as told" });
    expect((await work(["1"])).status).toBe(202);
    expect(await look("task-1")).toEqual({ code: "Broken", message: "as told" });
    expect(simulators.faults.list()).toMatchObject([{ struck: 1 }]);
  });

  it("drops a request before it is applied, or its reply after", async () => {
    simulators.faults.add({ kind: "drop-request", times: 1 });
    simulators.faults.add({ kind: "drop-reply", times: 1 });
    await expect(work(["1"])).rejects.toThrow();
    await expect(work(["2"])).rejects.toThrow();
    expect(await look("task-1")).toEqual({ code: "NoTask" });
    expect(await look("task-2")).toEqual({ rows: ["succeeded"] });
    const dropped = simulators.ledger.since(0, 2);
    expect(dropped.map(({ outcome, status, accepted }) => ({ outcome, status, accepted }))).toEqual([
      { outcome: "fault:drop-request", status: null, accepted: [] },
      { outcome: "fault:drop-reply", status: null, accepted: ["2"] },
    ]);
  });

  it("answers late by its latency", async () => {
    simulators.faults.add({ kind: "latency", ms: 60 });
    const beganMs = performance.now();
    await work(["1"]);
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(59);
  });

  it("applies a call late, and answers then", async () => {
    simulators.faults.add({ kind: "slow-call", ms: 60, times: 1 });
    simulators.faults.add({ kind: "slow-call", ms: 600_000, times: 1 });
    const beganMs = performance.now();
    expect((await work(["1"])).status).toBe(202);
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(59);
    // Nobody waits for this one.
    const late = work(["2"]).catch(() => null);
    await expect.poll(() => simulators.faults.list()[1]?.struck, { interval: 5 }).toBe(1);
    expect(await look("task-2")).toEqual({ code: "NoTask" });
    await simulators.close();
    expect(await late).toBeNull();
  });

  it("keeps tasks unfinished, or loses them, while it lasts", async () => {
    await work(["1"]);
    simulators.faults.add({ kind: "lazy-status", times: 1 });
    simulators.faults.add({ kind: "vanish-task", times: 1 });
    const answers = [await look("task-1"), await look("task-1"), await look("task-1")];
    // The vanishing is asked first: a lost task has no status.
    expect(answers).toEqual([{ code: "NoTask" }, { rows: ["processing"] }, { rows: ["succeeded"] }]);
  });

  it("strikes each so many-th call that fits", async () => {
    simulators.faults.add({ kind: "throttle", every: 3, times: 1 });
    const statuses = [];
    for (let call = 0; call < 7; call += 1) statuses.push((await work([`${call}`])).status);
    expect(statuses).toEqual([202, 202, 429, 202, 202, 202, 202]);
  });

  it("fails or refuses the items that it names, by text or by regular expression", async () => {
    simulators.faults.add({ kind: "fail-items", match: "bad" });
    simulators.faults.add({ kind: "refuse-items", pattern: "^x\\d$", times: 1 });
    await work(["1", "bad-2", "3"]);
    expect(await look("task-1")).toEqual({ rows: ["succeeded", "failed", "succeeded"] });
    expect((await work(["y", "x7"])).status).toBe(400);
    expect((await work(["y", "x7"])).status).toBe(202);
  });
});

describe("the control API", () => {
  it("adds, lists and deletes faults", async () => {
    const fault: Fault = { kind: "fail-items", match: "/a", account: "a", times: 2 };
    const added = await control(origin, "POST", "faults", fault);
    expect(added).toEqual({ status: 201, json: { faults: [{ ...fault, struck: 0 }] } });
    expect((await control(origin, "GET", "faults")).json).toEqual(added.json);
    await control(origin, "DELETE", "faults");
    expect(simulators.faults.list()).toEqual([]);
  });

  it.each([
    [
      { kind: "no-such-kind" },
      '/kind is "no-such-kind": must be equal to one of the allowed values: latency, slow-call, throttle, ',
    ],
    [{ kind: "latency" }, "must have required property 'ms'"],
    [{ kind: "latency", ms: 5, typo: true }, "must NOT have additional properties: typo"],
    [{ kind: "fail-items", pattern: "(" }, '/pattern is "(": must match format "regex"'],
    [{ kind: "reply", status: 99 }, "/status is 99: must be >= 200"],
    [{ kind: "throttle", times: 0 }, "/times is 0: must be >= 1"],
    [{ kind: "code" }, "must have required property 'code'"],
    [{ kind: "code", code: "Qouta" }, '/code is "Qouta": must be one of Broken, Quota'],
  ])("refuses the fault %j and names the cause", async (fault, cause) => {
    const { status, json } = await control(origin, "POST", "faults", fault);
    expect({ status, json }).toEqual({
      status: 400,
      json: expect.objectContaining({ message: expect.stringContaining(cause) }),
    });
    expect(simulators.faults.list()).toEqual([]);
  });

  it("moves the clock and the age of tasks", async () => {
    const before = simulators.clock.nowMs();
    await control(origin, "POST", "clock", { advanceMs: 90_000 });
    expect(simulators.clock.nowMs() - before).toBeGreaterThanOrEqual(90_000);
    expect((await control(origin, "POST", "clock", { advanceMs: -1 })).status).toBe(400);
    const set = await control(origin, "POST", "tasks", { completeMs: 5_000, account: "a" });
    expect(set.json).toEqual({ completeMs: 5_000, accounts: ["a"] });
    await work(["1"]);
    expect(await look("task-1")).toEqual({ rows: ["processing"] });
    expect((await control(origin, "POST", "tasks", { completeMs: 0, account: "z" })).status).toBe(404);
  });

  it("shows the ledger in pages, the counters, the quotas and the codes", async () => {
    await work(["1"]);
    await work(["2"], "b");
    expect((await control(origin, "GET", "ledger?limit=1")).json).toEqual({
      entries: [expect.objectContaining({ seq: 1, items: ["1"] })],
      next: 1,
      dropped: 0,
    });
    expect((await control(origin, "GET", "ledger?since=1")).json).toEqual({
      entries: [expect.objectContaining({ seq: 2, account: "b" })],
      next: 2,
      dropped: 0,
    });
    expect((await control(origin, "GET", "ledger?since=x")).status).toBe(400);
    expect((await control(origin, "GET", "stats")).json).toMatchObject({
      calls: [
        { account: "a", calls: 1 },
        { account: "b", calls: 1 },
      ],
    });
    expect((await control(origin, "GET", "quota")).json).toEqual({
      accounts: [
        { account: "a", quotas: [] },
        { account: "b", quotas: [] },
      ],
    });
    expect((await control(origin, "GET", "codes")).json).toEqual({
      accounts: [
        { account: "a", codes: ["Quota", "Broken"] },
        { account: "b", codes: ["Quota", "Broken"] },
      ],
    });
    expect((await control(origin, "GET", "nothing")).status).toBe(404);
  });
});
