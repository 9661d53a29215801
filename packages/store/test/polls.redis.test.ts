import type { DueTask, Slot } from "@purgeline/core";
import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle, type View } from "./bundle.ts";
import { accept, POLL, polled, rescued, seal, sealAll, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const pollOf = (slots: readonly Slot[]) => slots.find(({ kind }) => kind.for === "poll");

async function claim(view: View, slot: Slot | undefined, most = 10): Promise<readonly DueTask[]> {
  if (slot === undefined) throw new Error("no poll slot");
  const claimed = await view.work.claimPolls(slot, most);
  if (claimed.kind !== "tasks") throw new Error(`no tasks, but ${JSON.stringify(claimed)}`);
  return claimed.tasks;
}

async function asks(ids: readonly string[]): Promise<Slot | undefined> {
  store = await bundle();
  const [slot] = await store.stage("int_1", urls(1));
  return pollOf((await accept(store, await seal(store, slot), ids)).slots);
}

it("a query takes all tasks that are due, as many as its call does, and the next slot the rest", async () => {
  const slot = await asks(Array.from({ length: 25 }, (_, i) => `t${i}`));
  const later = store.later(1600);
  const first = await later.work.claimPolls(slot as Slot, 10);
  if (first.kind !== "tasks") throw new Error(JSON.stringify(first));
  const second = await later.work.claimPolls(first.slots[0] as Slot, 10);
  if (second.kind !== "tasks") throw new Error(JSON.stringify(second));
  const third = await claim(later, second.slots[0]);
  const ids = [...first.tasks, ...second.tasks, ...third].map(({ task }) => task.id);
  expect(new Set(ids).size).toBe(25);
  expect([first.tasks.length, second.tasks.length, third.length]).toEqual([10, 10, 5]);
});

it("no query comes before its task is due", async () => {
  const slot = await asks(["1"]);
  const claimed = await store.work.claimPolls(slot as Slot, 10);
  expect(claimed).toMatchObject({ kind: "wait", running: 1 });
  expect(claimed.kind === "wait" && claimed.waitMs).toBeGreaterThan(900);
});

it("a slot that sleeps is replaced when an earlier task comes, and ends when it wakes", async () => {
  const first = await asks(["1"]);
  const far = store.later(1600);
  const [task] = await claim(far, first);
  if (task === undefined) throw new Error("a task");
  const again = { task, size: 0, ended: [], rest: null, seen: polled };
  const settled = await far.work.settle("ali", { ...again, next: [{ task: task.task, inMs: 20_000 }] });
  const sleeper = pollOf(settled.slots) ?? (await rescued(store, 1600, "poll"));
  expect(await far.work.claimPolls(sleeper as Slot, 10)).toMatchObject({ kind: "wait" });
  const [more] = await far.stage("int_2", urls(1, "b.example.com"));
  const recorded = await accept(far, await seal(far, more), ["2"]);
  const tasks = await claim(store.later(3200), pollOf(recorded.slots));
  expect(tasks.map((each) => each.task.id)).toEqual(["2"]);
  expect(await far.work.claimPolls(sleeper as Slot, 10)).toEqual({ kind: "end" });
});

it("a task tells whether somebody may have asked for it before", async () => {
  const slot = await asks(["1", "2"]);
  const [task, lost] = await claim(store.later(1600), slot);
  if (task === undefined) throw new Error("a task");
  const again = { task, size: 0, ended: [], rest: null, seen: polled };
  await store.later(1600).work.settle("ali", { ...again, next: [{ task: task.task, inMs: 1000 }] });
  const later = await claim(store.later(60_000), await rescued(store, 60_000, "poll"));
  expect([task, lost].map((each) => each?.isFirst)).toEqual([true, true]);
  expect(later.map((each) => [each.task.id, each.isFirst]).sort()).toEqual([
    ["1", false],
    ["2", false],
  ]);
});

it("a task asked for again and again is never late for want of a slot", async () => {
  let slots: readonly Slot[] = [(await asks(["1"])) as Slot];
  let asked = 0;
  for (let at = 1600; at < 60_000; at += 1500) {
    const now = store.later(at);
    // Every job runs, as in a worker; those that wait keep their place.
    const next: Slot[] = [];
    for (let i = 0; i < slots.length; i += 1) {
      const slot = slots[i] as Slot;
      const claimed = await now.work.claimPolls(slot, 10);
      if (claimed.kind === "wait") next.push(slot);
      if (claimed.kind !== "tasks") continue;
      for (const other of claimed.slots)
        if ((await now.work.claimPolls(other, 10)).kind === "wait") next.push(other);
      for (const task of claimed.tasks) {
        asked += 1;
        const again = [{ task: task.task, inMs: 1000 }];
        const answer = { task, size: 0, ended: [], next: again, rest: null, seen: polled };
        next.push(...(await now.work.settle("ali", answer)).slots);
      }
    }
    slots = next;
  }
  expect(asked).toBe(39);
});

it("tasks of a slot that dies come back after their lease, each once", async () => {
  const slot = await asks(["1", "2", "3"]);
  const claimed = await claim(store.later(1600), slot);
  expect(claimed).toHaveLength(3);
  const soon = store.later(20_000);
  expect(await soon.work.claimPolls((await rescued(store, 20_000, "poll")) as Slot, 10)).toMatchObject({
    kind: "wait",
  });
  const again = await claim(store.later(32_000), await rescued(store, 32_000, "poll"));
  expect(again.map(({ ref }) => ref).toSorted()).toEqual(claimed.map(({ ref }) => ref).toSorted());
});

it("queries keep their call's rate, whatever is due", async () => {
  const slot = await asks(Array.from({ length: 100 }, (_, i) => `t${i}`));
  const later = store.later(1600);
  let granted = 0;
  for (let next = slot; next !== undefined; granted += 1) {
    const claimed = await later.work.claimPolls(next, 1);
    if (claimed.kind !== "tasks") break;
    next = pollOf(claimed.slots);
  }
  expect(granted).toBe(30);
});

it("what a query could not learn is asked later, with everybody else held off as told", async () => {
  const slot = await asks(["1", "2"]);
  const later = store.later(1600);
  const tasks = await claim(later, slot);
  await later.work.putOff("ali", tasks, 5000, { scope: "call", why: "rate", ms: 3000 }, polled);
  const early = await store.later(4000).work.claimPolls((await rescued(store, 4000, "poll")) as Slot, 10);
  expect(early).toMatchObject({ kind: "wait", running: 2 });
  expect(await claim(store.later(7000), await rescued(store, 7000, "poll"))).toHaveLength(2);
  expect((await later.work.permit("ali", POLL, null)).waitMs).toBeGreaterThan(2000);
});

it("a part of an answer ends an outage, though its tasks are asked for once more", async () => {
  const slot = await asks(["1"]);
  const later = store.later(1600);
  const tasks = await claim(later, slot);
  const away = { scope: "call", why: "provider", ms: 30_000 } as const;
  for (let failures = 0; failures < 3; failures += 1)
    await later.work.putOff("ali", tasks, 20_000, away, polled);
  expect((await later.work.permit("ali", POLL, null)).waitMs).toBeGreaterThan(0);
  await later.work.putOff("ali", tasks, 20_000, null, { ...polled, error: null });
  expect((await later.work.permit("ali", POLL, null)).waitMs).toBe(0);
});

it("batches of several sends share a query", async () => {
  store = await bundle();
  const [slot] = await store.stage("int_1", urls(3000));
  let poll: Slot | undefined;
  for (const sealed of await sealAll(store, slot))
    poll = pollOf((await accept(store, sealed, [sealed.batch.id])).slots) ?? poll;
  const tasks = await claim(store.later(1600), poll);
  expect(new Set(tasks.map(({ batch }) => batch)).size).toBe(3);
  expect(tasks.every(({ lane, acceptedAgeMs }) => lane === "purge-url" && acceptedAgeMs >= 1500)).toBe(true);
});
