import { stoppedClock } from "@purgeline/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { batchNumber } from "../src/batch-id.ts";
import type { Connection } from "../src/index.ts";
import { type Bundle, bundle, view } from "./bundle.ts";
import { accept, counts, POLL, polled, rescued, seal, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

/** A connection that carries so many steps, and then fails with these words. */
function failsAfter(connection: Connection, steps: number, words: string): Connection {
  let left = steps;
  const evalsha = async (...args: Parameters<Connection["evalsha"]>): Promise<unknown> => {
    if (left === 0) throw new Error(words);
    left -= 1;
    return await connection.evalsha(...args);
  };
  return new Proxy(connection, {
    get(target, name) {
      const value: unknown = name === "evalsha" ? evalsha : Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("settle", () => {
  async function running(size: number, ids: readonly string[] = ["1"]) {
    store = await bundle();
    const sealed = await seal(store, (await store.stage("int_1", urls(size)))[0]);
    const recorded = await accept(store, sealed, ids);
    const later = store.later(1600);
    const slot = recorded.slots.find(({ kind }) => kind.for === "poll");
    if (slot === undefined) throw new Error("no poll slot");
    const claimed = await later.work.claimPolls(slot, 10);
    if (claimed.kind !== "tasks") throw new Error(JSON.stringify(claimed));
    return { later, tasks: claimed.tasks, batch: sealed.batch.id };
  }
  const confirmed = (...indexes: number[]) =>
    indexes.map((index) => ({ index, end: "confirmed" as const, code: "", message: "" }));
  const rest = { end: "unconfirmed", code: "not-listed", message: "gone" } as const;

  it("ends items one by one, the batch with the last, and a replay changes nothing", async () => {
    const { later, tasks, batch } = await running(3, ["1", "2"]);
    const [one, two] = tasks;
    if (one === undefined || two === undefined) throw new Error("two tasks");
    const first = { task: one, size: 3, ended: confirmed(0), next: [], rest, seen: polled };
    expect((await later.work.settle("ali", first)).transitions.targets).toEqual({ confirmed: 1 });
    expect(await later.work.settle("ali", first)).toMatchObject({
      applied: false,
      transitions: { targets: {} },
    });
    expect(await later.work.items("ali", batch)).toEqual(urls(3));
    const second = { ...first, task: two, ended: confirmed(0, 1, 2) };
    expect((await later.work.settle("ali", second)).transitions.targets).toEqual({ confirmed: 2 });
    expect(await later.work.items("ali", batch)).toBeNull();
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 3 });
    expect(await store.connection.hlen("t:{ali}:tasks")).toBe(0);
  });

  /** 500 intents of one URL in one batch, their one task about to be told; a worker whose second step fails with these words. */
  async function manyIntents(words: string) {
    store = await bundle();
    const first = (await store.stage("int_0", urls(1)))[0];
    for (let n = 1; n < 500; n += 1) await store.stage(`int_${n}`, urls(1, "a.example.com", n));
    const sealed = await seal(store, first);
    expect(sealed.batch.items).toHaveLength(500);
    const { slots } = await accept(store, sealed);
    const later = store.later(1600);
    const slot = slots.find(({ kind }) => kind.for === "poll");
    if (slot === undefined) throw new Error("no poll slot");
    const claimed = await later.work.claimPolls(slot, 10);
    if (claimed.kind !== "tasks" || claimed.tasks[0] === undefined) throw new Error(JSON.stringify(claimed));
    const ended = confirmed(...sealed.batch.items.keys());
    const answer = { task: claimed.tasks[0], size: 500, ended, next: [], rest: null, seen: polled };
    const failing = stoppedClock(failsAfter(store.connection, 1, words), (skewMs) => store.nowMs + skewMs);
    const worker = view(failing, () => store.connection, {}, 1600);
    return { later, sealed, answer, worker };
  }

  it("ends the items of many intents in steps that let others in between, and a worker's death between two is made up for", async () => {
    const { later, sealed, answer, worker } = await manyIntents("the process has died");
    await expect(worker.work.settle("ali", answer)).rejects.toThrow("died");
    expect(await counts(store, "int_199")).toMatchObject({ confirmed: 1 });
    expect(await counts(store, "int_200")).toMatchObject({ submitted: 1 });
    const { applied, transitions } = await later.work.settle("ali", answer);
    expect(applied).toBe(true);
    expect(transitions.targets).toEqual({ confirmed: 300 });
    expect(transitions.legs).toHaveLength(300);
    expect(await counts(store, "int_499")).toMatchObject({ confirmed: 1 });
    expect(await later.work.items("ali", sealed.batch.id)).toBeNull();
    expect(await store.connection.hlen("t:{ali}:tasks")).toBe(0);
  });

  it("tells of the ends that it has written where Redis is away for the rest", async () => {
    const { later, answer, worker } = await manyIntents("OOM command not allowed");
    const written = await worker.work.settle("ali", answer);
    expect(written.transitions.targets).toEqual({ confirmed: 200 });
    expect(written.transitions.legs).toHaveLength(200);
    const rest = await later.work.settle("ali", answer);
    expect(rest.transitions.targets).toEqual({ confirmed: 300 });
  });

  it("replaces a task by what is still to be asked, and ends the rest when nothing is", async () => {
    const { later, tasks } = await running(2);
    const [task] = tasks;
    if (task === undefined) throw new Error("a task");
    const next = [{ task: { call: POLL, id: "1", state: { page: 2 } }, inMs: 0 }];
    const answer = { task, size: 2, ended: confirmed(0), rest, seen: polled };
    const { slots } = await later.work.settle("ali", { ...answer, next });
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 1, submitted: 1 });
    const slot = slots[0] ?? (await rescued(store, 2500, "poll"));
    if (slot === undefined) throw new Error("no poll slot");
    const claimed = await store.later(2500).work.claimPolls(slot, 10);
    if (claimed.kind !== "tasks" || claimed.tasks[0] === undefined) throw new Error(JSON.stringify(claimed));
    expect(claimed.tasks[0].task.state).toEqual({ page: 2 });
    await later.work.settle("ali", { ...answer, task: claimed.tasks[0], ended: [], next: [] });
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 1, unconfirmed: 1 });
  });

  it("asks everything again from its start when all was told and some item was not named, and ends nothing", async () => {
    const { later, tasks, batch } = await running(2, ["1", "2"]);
    const [one, two] = tasks;
    if (one === undefined || two === undefined) throw new Error("two tasks");
    const page = { task: { call: POLL, id: "1", state: { page: 2 } }, inMs: 0 };
    const answer = { size: 2, rest: null, againMs: 5000, seen: polled };
    await later.work.settle("ali", { ...answer, task: one, ended: confirmed(0), next: [page] });
    await later.work.settle("ali", { ...answer, task: two, ended: [], next: [] });
    const claim = async (skewMs: number) => {
      const slot = await rescued(store, skewMs, "poll");
      if (slot === undefined) throw new Error("no poll slot");
      const claimed = await store.later(skewMs).work.claimPolls(slot, 10);
      return claimed.kind === "tasks" ? claimed.tasks : [];
    };
    const [last] = await claim(3000);
    if (last === undefined) throw new Error("no second page");
    await store.later(3000).work.settle("ali", { ...answer, task: last, ended: [], next: [] });
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 1, submitted: 1 });
    expect(await claim(3500)).toEqual([]);
    const again = await claim(9000);
    expect(again.map(({ task }) => task)).toEqual([one.task, two.task]);
    const [first, second] = again;
    if (first === undefined || second === undefined) throw new Error("two tasks again");
    await store.later(9000).work.settle("ali", { ...answer, task: first, ended: confirmed(1), next: [] });
    expect(await later.work.items("ali", batch)).toBeNull();
    expect(await store.connection.hlen("t:{ali}:tasks")).toBe(0);
    expect(await store.connection.exists(`t:{ali}:batch:${batchNumber(batch)}:asks`)).toBe(0);
  });

  it("does not touch a target's new life", async () => {
    const { later, tasks } = await running(2, ["1", "2"]);
    const [one, two] = tasks;
    if (one === undefined || two === undefined) throw new Error("two tasks");
    const failed = [{ index: 0, end: "failed" as const, code: "Bad", message: "" }];
    const answer = { size: 2, next: [], rest: null, seen: polled };
    await later.work.settle("ali", { ...answer, task: one, ended: failed });
    expect((await store.intake.retry("int_1")).targets).toBe(1);
    // The old batch's other task tells of both: the first target waits for a batch of its own now.
    await later.work.settle("ali", { ...answer, task: two, ended: confirmed(0, 1) });
    expect(await counts(store, "int_1")).toMatchObject({ pending: 1, confirmed: 1 });
  });
});
