import type { DueTask, Face, PollAnswer, Progress } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { poll, rememberItems, submit, Turns } from "../../src/index.ts";
import { row } from "./row.ts";
import { ACCEPTED, batch } from "./taken.ts";
import { dueTask, failureOf, type Given, LIMITS, POLL_SLOT, SUBMIT_SLOT, toy } from "./work-ports.ts";

function progress(...tasks: Progress[]): PollAnswer {
  return { kind: "progress", tasks, requestId: null };
}

async function run(tasks: readonly DueTask[], given: Given) {
  const made = toy({
    polls: [{ kind: "tasks", grantedAtMs: 0, tasks, slots: [{ ...POLL_SLOT, id: "p2" }] }],
    ...given,
  });
  const faces: Face[] = [];
  const show = async (face: Face): Promise<void> => void faces.push(face);
  const end = await poll(POLL_SLOT, new Turns(), rememberItems(made.ports.store), made.ports, show);
  return { ...made, end, faces };
}

describe("poll", () => {
  it("asks for all due tasks in one query and settles each by what it told", async () => {
    const due = [dueTask("t1"), dueTask("t2")];
    const { told, end, faces } = await run(due, {
      items: ["a", "b"],
      answers: () => progress({ rows: [row("b", "failed")], next: [] }, { rows: [row("a")], next: [] }),
    });
    expect(told.sent).toEqual(["https://toy.test/ask?ids=t1,t2"]);
    expect(told.settled).toMatchObject([
      { task: { ref: "1:t1" }, size: 2, ended: [{ index: 1, end: "failed", code: "Bad" }], next: [] },
      { task: { ref: "1:t2" }, ended: [{ index: 0, end: "confirmed" }], next: [] },
    ]);
    expect(told.queued).toEqual(["p2", "minted", "minted"]);
    expect(end).toEqual({ kind: "done", summary: "2 tasks asked" });
    expect(faces).toMatchObject([{ title: "ali Ask · 2 tasks", preview: ["t1", "t2"] }]);
  });

  it("asks an open task again after a fifth of its age, its next page at once", async () => {
    const due = dueTask("t1", { acceptedAgeMs: 50_000 });
    const page = { ...due.task, state: { page: 2 } };
    const { told } = await run([due], {
      answers: () => progress({ rows: [], next: [due.task, page] }),
    });
    expect(told.settled[0]?.next).toEqual([
      { task: due.task, inMs: 10_000 },
      { task: page, inMs: 0 },
    ]);
  });

  it.each([
    [0, LIMITS.pollEveryMs],
    [3_000_000, 60_000],
  ])(
    "never asks sooner than the provider wants, nor later than a minute: %i ms old, in %i ms",
    async (acceptedAgeMs, inMs) => {
      const due = dueTask("t1", { acceptedAgeMs });
      const { told } = await run([due], { answers: () => progress({ rows: [], next: [due.task] }) });
      expect(told.settled[0]?.next).toEqual([{ task: due.task, inMs }]);
    },
  );

  it("ends what has no end when the look-back is over, as unconfirmed and said so", async () => {
    const due = dueTask("t1", { acceptedAgeMs: LIMITS.lookBackMs });
    const open = await run([due], { answers: () => progress({ rows: [], next: [due.task] }) });
    expect(open.told.settled).toMatchObject([
      { next: [], rest: { end: "unconfirmed", code: "look-back-ended" } },
    ]);
    for (const failure of [failureOf("ambiguous"), failureOf("refused")]) {
      const broken = await run([due, dueTask("t2")], { answers: () => failure });
      expect(broken.told.settled).toMatchObject([
        { task: { ref: "1:t1" }, next: [], rest: { end: "unconfirmed", code: "look-back-ended" } },
      ]);
      expect(broken.told.putOff).toMatchObject([{ ids: ["t2"] }]);
    }
  });

  it("asks once more where nobody could ask before the look-back was over: an answer may be stale", async () => {
    const due = dueTask("t1", { acceptedAgeMs: LIMITS.lookBackMs, isFirst: true });
    const open = await run([due], { answers: () => progress({ rows: [], next: [due.task] }) });
    expect(open.told.settled).toMatchObject([{ next: [{ task: due.task, inMs: 60_000 }] }]);
    const broken = await run([due], { answers: () => failureOf("ambiguous") });
    expect(broken.told.settled).toEqual([]);
    expect(broken.told.putOff).toMatchObject([{ ids: ["t1"] }]);
  });

  it("ends nothing before the look-back does, and asks ever less often for what no answer names", async () => {
    const spaced = async (acceptedAgeMs: number) => {
      const { told } = await run([dueTask("t1", { acceptedAgeMs })], {
        answers: () => progress({ rows: [], next: [] }),
      });
      return told.settled.map(({ rest, againMs }) => [rest, againMs]);
    };
    const lookBackMs = LIMITS.lookBackMs;
    expect(await spaced(1000)).toEqual([[null, LIMITS.pollEveryMs]]);
    expect(await spaced(100_000)).toEqual([[null, 20_000]]);
    expect(await spaced(lookBackMs - 1)).toEqual([[null, 600_000]]);
    expect(await spaced(lookBackMs)).toMatchObject([[{ code: "look-back-ended" }, 600_000]]);
  });

  it("ends nothing by a task that the answer left out", async () => {
    const due = [dueTask("t1"), dueTask("t2")];
    const { told } = await run(due, { answers: () => progress({ rows: [], next: [] }) });
    expect(told.settled[1]).toMatchObject({ ended: [], next: [{ task: { id: "t2" } }] });
  });

  it("ends nothing of a batch that has ended already", async () => {
    const { told } = await run([dueTask("t1")], {
      items: null,
      answers: () => progress({ rows: [row("a")], next: [] }),
    });
    expect(told.settled).toMatchObject([{ size: 0, ended: [] }]);
  });

  it.each([
    [failureOf("throttled", { retryAfterMs: 7000 }), 7000, { scope: "call", why: "throttled", ms: 7000 }],
    [failureOf("transient"), 1000, { scope: "call", why: "provider" }],
    [failureOf("ambiguous"), 3000, { scope: "call", why: "provider" }],
    [failureOf("auth", { resign: false }), 1000, { scope: "account", reason: "Toy.auth" }],
    // Whose quota a query could have spent nobody knows: it holds back nothing.
    [failureOf("quota", { class: "url" }), 1000, null],
    // For want of a right to ask, say: nobody grants that within seconds.
    [failureOf("refused"), 60_000, null],
    [failureOf("poisoned"), 4000, null],
  ] as const)("puts the tasks off when the query fails: %j, in %i ms", async (failure, inMs, hold) => {
    const { told, end } = await run([dueTask("t1")], { answers: () => failure });
    expect(told.settled).toEqual([]);
    expect(told.putOff).toEqual([
      { ids: ["t1"], inMs, hold: hold === null ? null : expect.objectContaining(hold) },
    ]);
    expect(end).toEqual({ kind: "done", summary: `${failure.kind} ${failure.code}` });
  });

  it("asks apart for the tasks of a query that one of them spoils, and puts only that one off", async () => {
    const due = ["t1", "t2", "bad", "t4", "t5"].map((id) => dueTask(id));
    const { told } = await run(due, {
      answers: (ids) =>
        ids.includes("bad") ? failureOf("poisoned") : progress(...ids.map(() => ({ rows: [], next: [] }))),
    });
    expect(told.putOff.map(({ ids }) => ids)).toEqual([["bad"]]);
    expect(told.settled.map(({ task }) => task.task.id)).toEqual(["t1", "t2", "t4", "t5"]);
    // Every query but the first has a permit of its own.
    expect(told.permits).toBe(told.sent.length - 1);
  });

  it("signs a query once more where the token or the clock was at fault", async () => {
    const answers = [failureOf("auth", { resign: true }), progress({ rows: [], next: [] })];
    const { told } = await run([dueTask("t1")], { answers: () => answers.shift() ?? failureOf("refused") });
    expect(told.sent).toHaveLength(2);
    expect(told.events).toEqual(["retried Toy.auth", "polled 1 progress"]);
    expect(told.putOff).toEqual([]);
  });

  it("waits for the next due task, here when it is soon and in the queue when it is not", async () => {
    const soon = await run([], { polls: [{ kind: "wait", waitMs: 500, running: 2 }, { kind: "end" }] });
    expect(soon.told.sleeps).toEqual([500]);
    expect(soon.faces).toEqual([{ title: "ali Ask · 2 tasks under way", preview: [] }]);
    expect(soon.end).toEqual({ kind: "done", summary: "no task under way" });
    const one = await run([], { polls: [{ kind: "wait", waitMs: 500, running: 1 }, { kind: "end" }] });
    expect(one.faces).toMatchObject([{ title: "ali Ask · 1 task under way" }]);
    const late = await run([], { polls: [{ kind: "wait", waitMs: 5000, running: 2 }] });
    expect(late.end).toEqual({ kind: "later", delayMs: 5000 });
  });
});

describe("the items of polled batches", () => {
  it("are fetched once for all pages, and beyond 200,000 targets the ones asked for first are forgotten", async () => {
    const { ports } = toy();
    const fetched: string[] = [];
    const items = rememberItems({
      ...ports.store,
      items: async (_account, batch) => {
        fetched.push(batch);
        return Array.from({ length: 50_000 }, () => batch);
      },
    });
    for (const batch of ["b0", "b0", "b1", "b2", "b3", "b3", "b0"])
      expect((await items.of("ali", batch))?.[0]).toBe(batch);
    expect(fetched).toEqual(["b0", "b1", "b2", "b3"]);
    for (const batch of ["b4", "b3", "b0"]) await items.of("ali", batch);
    expect(fetched.slice(4)).toEqual(["b4", "b0"]);
  });

  it("are not fetched where this process had them accepted", async () => {
    const { ports } = toy({ items: null, takes: [batch("a", "b")], outcomes: [ACCEPTED] });
    const items = rememberItems(ports.store);
    await submit(SUBMIT_SLOT, new Turns(), items, ports, () => Promise.resolve());
    expect(await items.of("ali", "bat_1")).toEqual(["a", "b"]);
  });
});
