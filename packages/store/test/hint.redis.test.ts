import type { Slot } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, type View } from "./bundle.ts";
import { accept, counts, keys, POLL, polled, rescued, seal, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const pollOf = (slots: readonly Slot[]): Slot | undefined => slots.find(({ kind }) => kind.for === "poll");

/** A batch of one URL for each list, accepted with these task ids; the slot that asks for them. */
async function asks(...batches: readonly (readonly string[])[]): Promise<Slot> {
  store = await bundle();
  let slot: Slot | undefined;
  for (const [index, ids] of batches.entries()) {
    const [submit] = await store.stage(`int_${index}`, urls(1, `${index}.example.com`));
    slot = pollOf((await accept(store, await seal(store, submit), ids)).slots) ?? slot;
  }
  if (slot === undefined) throw new Error("no poll slot");
  return slot;
}

async function claim(view: View, slot: Slot, most = 10) {
  const claimed = await view.work.claimPolls(slot, most);
  return claimed.kind === "tasks" ? claimed.tasks : claimed;
}

/** Asks what is due, hears that nothing has ended, and asks again in a minute; which ids were asked, and who is next. */
async function askOnce(
  view: View,
  slot: Slot,
): Promise<{ readonly ids: readonly string[]; readonly next: Slot }> {
  const claimed = await view.work.claimPolls(slot, 10);
  if (claimed.kind !== "tasks") return { ids: [], next: slot };
  let next = pollOf(claimed.slots);
  for (const task of claimed.tasks) {
    const again = [{ task: task.task, inMs: 60_000 }];
    const answer = { task, size: 0, ended: [], next: again, rest: null, seen: polled };
    next = pollOf((await view.work.settle("ali", answer)).slots) ?? next;
  }
  if (next === undefined) throw new Error("the tasks have no slot any more");
  return { ids: claimed.tasks.map(({ task }) => task.id), next };
}

describe("a hint", () => {
  it("makes the tasks that it names due at once, and no others", async () => {
    const slot = await asks(["a", "b"], ["c"]);
    expect(await claim(store, slot)).toMatchObject({ kind: "wait" });
    const { tasks, slots } = await store.intake.hint("ali", ["b", "nobody's"]);
    expect(tasks).toBe(1);
    expect(await claim(store, slots[0] ?? slot)).toMatchObject([{ task: { id: "b" } }]);
  });

  it("reaches every batch that waits for the id", async () => {
    const slot = await asks(["shared", "a"], ["shared"]);
    expect(await store.intake.hint("ali", ["shared"])).toMatchObject({ tasks: 2 });
    expect(await claim(store, slot)).toMatchObject([{ task: { id: "shared" } }, { task: { id: "shared" } }]);
  });

  it("replaces whoever sleeps until the task was due", async () => {
    const slot = await asks(["a"]);
    const { next } = await askOnce(store.later(2000), slot);
    const later = store.later(5000);
    expect(await claim(later, next)).toMatchObject({ kind: "wait" });
    const { slots } = await later.intake.hint("ali", ["a"]);
    expect(slots).toMatchObject([{ account: "ali", kind: { for: "poll", call: POLL } }]);
    expect(await claim(later, next)).toEqual({ kind: "end" });
    expect(await claim(later, slots[0] as Slot)).toMatchObject([{ task: { id: "a" } }]);
  });

  it("delays nothing: a next page stays due at once", async () => {
    const slot = await asks(["a"]);
    const later = store.later(2000);
    const tasks = await claim(later, slot);
    if ("kind" in tasks || tasks[0] === undefined) throw new Error("a task");
    const next = [{ task: { ...tasks[0].task, state: { page: 2 } }, inMs: 0 }];
    await later.work.settle("ali", { task: tasks[0], size: 0, ended: [], next, rest: null, seen: polled });
    expect((await later.intake.hint("ali", ["a"])).tasks).toBe(0);
    const soon = store.later(2600);
    expect(await claim(soon, (await rescued(store, 2600, "poll")) as Slot)).toHaveLength(1);
  });

  it("is no end: the target stays submitted until an answer says otherwise", async () => {
    const slot = await asks(["a"]);
    await store.intake.hint("ali", ["a"]);
    expect((await counts(store, "int_0")).submitted).toBe(1);
    await askOnce(store, slot);
    expect((await counts(store, "int_0")).submitted).toBe(1);
  });

  it("that comes again and again gets a query a pace, not more", async () => {
    let slot = await asks(["a"]);
    let asked = 0;
    for (let at = 0; at < 10_000; at += 250) {
      const now = store.later(at);
      for (let i = 0; i < 3; i += 1) slot = (await now.intake.hint("ali", ["a"])).slots[0] ?? slot;
      const { ids, next } = await askOnce(now, slot);
      asked += ids.length;
      slot = next;
    }
    // One a second, as `pollEveryMs` says, the first at once. Real time passes as well.
    expect(asked).toBeGreaterThanOrEqual(8);
    expect(asked).toBeLessThanOrEqual(11);
  });

  it("does not ask twice for what somebody is asking", async () => {
    const slot = await asks(["a"]);
    const later = store.later(2000);
    expect(await claim(later, slot)).toHaveLength(1);
    expect(await later.intake.hint("ali", ["a"])).toEqual({ tasks: 0, slots: [] });
    expect(await claim(store.later(32_500), (await rescued(store, 32_500, "poll")) as Slot)).toHaveLength(1);
  });

  it("leaves alone what was put off because the provider slows us down", async () => {
    const slot = await asks(["a"]);
    const later = store.later(2000);
    const tasks = await claim(later, slot);
    if ("kind" in tasks) throw new Error("a task");
    await later.work.putOff("ali", tasks, 5000, null, polled);
    expect((await later.intake.hint("ali", ["a"])).tasks).toBe(0);
  });

  it("leaves nothing behind: an id is forgotten with its task", async () => {
    const slot = await asks(["a", "b"], ["b"]);
    expect(await keys(store, "t:{ali}:asked:*")).toEqual(["asked:a", "asked:b"]);
    await store.intake.hint("ali", ["a", "b", "nobody's"]);
    const tasks = await claim(store, slot);
    if ("kind" in tasks) throw new Error("tasks");
    expect(await keys(store, "t:{ali}:asked:*")).toEqual([]);
    const ended = [{ index: 0, end: "confirmed", code: "", message: "" } as const];
    const [first, , third] = tasks;
    if (first === undefined || third === undefined) throw new Error("three tasks");
    for (const task of [first, third])
      await store.work.settle("ali", { task, size: 1, ended, next: [], rest: null, seen: polled });
    expect(await keys(store, "t:{ali}:asked:*")).toEqual([]);
    expect((await store.intake.hint("ali", ["a", "b"])).tasks).toBe(0);
    expect((await counts(store, "int_1")).confirmed).toBe(1);
  });

  it("ends with the batch, whichever of its tasks told", async () => {
    const slot = await asks(["a", "b"]);
    await store.intake.hint("ali", ["a"]);
    const tasks = await claim(store, slot);
    if ("kind" in tasks || tasks[0] === undefined) throw new Error("a task");
    const ended = [{ index: 0, end: "confirmed", code: "", message: "" } as const];
    await store.work.settle("ali", { task: tasks[0], size: 1, ended, next: [], rest: null, seen: polled });
    expect(await keys(store, "t:{ali}:asked:*")).toEqual([]);
  });
});
