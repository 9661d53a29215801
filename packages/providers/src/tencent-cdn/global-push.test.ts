import type { HttpReply, Json, JsonObject, Progress, Task } from "@purgeline/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tencentCdn } from "./index.ts";
import { sampleAccount, sampleCall } from "./sample-account.ts";

const CALL = sampleCall(sampleAccount());
const url = (at: number) => `https://a.test/${at}`;
const record = (at: number, Area: Json, Status = "done"): JsonObject => ({ Url: url(at), Status, Area });
const reply = (response: JsonObject): HttpReply => ({
  status: 200,
  headers: {},
  body: JSON.stringify({ Response: response }),
});

/** The task of a push of so many URLs to both areas. */
function pushed(count: number): Task {
  const [first = "", ...rest] = Array.from({ length: count }, (_, at) => url(at));
  const outcome = tencentCdn.decode(reply({ TaskId: "t" }), {
    lane: "prefetch-url",
    items: [first, ...rest],
    options: { Area: "global" },
  });
  const [task] = outcome.kind === "accepted" ? outcome.tasks : [];
  if (task === undefined) throw new Error(`expected a task, got ${JSON.stringify(outcome)}`);
  return task;
}

/** One query, as a server with these records answers it. */
function ask(
  task: Task,
  records: readonly JsonObject[],
  most = 1_000,
  totalAt: (offset: number) => number = () => records.length,
): Progress {
  const { Offset, Limit } = JSON.parse(tencentCdn.poll.encode([task], CALL).body ?? "");
  const PushLogs = records.slice(Offset, Offset + Math.min(Limit, most));
  const answer = tencentCdn.poll.decode(reply({ PushLogs, TotalCount: totalAt(Offset) }), [task]);
  const [progress] = answer.kind === "progress" ? answer.tasks : [];
  if (progress === undefined) throw new Error(`expected progress, got ${JSON.stringify(answer)}`);
  return progress;
}

const only = ({ next }: Progress): Task => {
  const [task, ...others] = next;
  if (task === undefined || others.length > 0) throw new Error(`expected one task, got ${next.length}`);
  return task;
};
const ends = ({ rows }: Progress) => rows.map(({ item, end }) => [item, end]);

type Asked = Parameters<typeof ask> extends readonly [Task, ...infer Rest] ? Rest : never;

/** Asks until the answer is the same question, which only time can answer; all that was told, and the queries. */
function readAll(start: Task, ...[records, most, totalAt]: Asked) {
  const told = new Map<string | null, string>();
  let task = start;
  for (let queries = 1; queries < 2_000; queries += 1) {
    const progress = ask(task, records, most, totalAt);
    for (const { item, end } of progress.rows) if (!told.has(item)) told.set(item, end);
    const next = only(progress);
    if (JSON.stringify(next) === JSON.stringify(task)) return { told, queries, task };
    task = next;
  }
  throw new Error("the pages never end");
}

const BOTH = ["mainland", "overseas"] as const;
const inTurn = (count: number) =>
  BOTH.flatMap((area) => Array.from({ length: count }, (_, at) => record(at, area)));

describe("a URL that is pushed to both areas", () => {
  it.each<[string, readonly JsonObject[], "confirmed" | "failed" | null]>([
    ["is confirmed when both are done", BOTH.map((area) => record(0, area)), "confirmed"],
    ["is confirmed by a record about both", [record(0, "global")], "confirmed"],
    ["is open while only the mainland is listed", [record(0, "mainland")], null],
    ["is open while only overseas is listed", [record(0, "overseas")], null],
    ["is open by two records of one area", [record(0, "overseas"), record(0, "overseas")], null],
    ["is open while one area is", [record(0, "mainland"), record(0, "overseas", "process")], null],
    ["is open after a word that nobody knows", [record(0, "mainland"), record(0, "overseas", "ok")], null],
    ["fails with one area", [record(0, "mainland"), record(0, "overseas", "invalid")], "failed"],
    [
      "fails while the other area is under way",
      [record(0, "mainland", "fail"), record(0, "overseas", "process")],
      "failed",
    ],
    ["is open by records that name no area", [record(0, null), record(0, "")], null],
    ["is open by records of an unknown area", [record(0, "mainland"), record(0, "constructor")], null],
    ["fails by a record that names no area", [record(0, null, "invalid")], "failed"],
  ])("%s", (_name, records, end) => {
    const task = pushed(1);
    const progress = ask(task, records);
    expect(ends(progress)).toEqual(end === null ? [] : [[url(0), end]]);
    expect(only(progress)).toEqual(task);
  });

  it("fails where the second page says so after the first one was done", () => {
    const records = inTurn(100).with(150, record(50, "overseas", "invalid"));
    const first = ask(pushed(100), records, 100);
    expect(first.rows).toEqual([]);
    const second = ask(only(first), records, 100);
    expect(second.rows.filter(({ end }) => end === "failed")).toEqual([
      { item: url(50), end: "failed", code: "invalid", message: expect.stringContaining("invalid") },
    ]);
    expect(second.rows).toHaveLength(100);
  });

  it("is waited for when the listed records are as many as the URLs", () => {
    const task = pushed(2);
    const early = ask(task, inTurn(2).slice(0, 2));
    expect(early).toEqual({ rows: [], next: [task] });
    expect(ends(ask(only(early), inTurn(2)))).toEqual([0, 1].map((at) => [url(at), "confirmed"]));
  });
});

describe("the pages of a push to both areas", () => {
  it.each([
    ["one query for a full batch", 1, 1_000],
    ["a page each where the server gives 100 at most", 10, 100],
    ["a page each where the server gives 20 at most", 50, 20],
  ])("take %s", (_name, queries, most) => {
    const result = readAll(pushed(500), inTurn(500), most);
    expect(result.queries).toBe(queries);
    expect([...result.told.values()]).toEqual(Array.from({ length: 500 }, () => "confirmed"));
  });

  it("are read again when records were put between those that were read", () => {
    const early = inTurn(100).filter((_, at) => at !== 120);
    const waiting = readAll(pushed(100), early, 100);
    expect(waiting.told.has(url(20))).toBe(false);
    const later = [record(20, "overseas"), ...early];
    expect(readAll(waiting.task, later, 100).told.get(url(20))).toBe("confirmed");
  });

  it("are not read again and again for totals that contradict each other", () => {
    const contradicting = (offset: number) => (offset === 0 ? 150 : 250);
    const { queries, told } = readAll(pushed(100), inTurn(100), 100, contradicting);
    expect(queries).toBeLessThan(10);
    expect(told.size).toBe(100);
  });

  it("in any order and of any size confirm what is done in both areas, and nothing else", () => {
    const status = fc.constantFrom("done", "done", "done", "invalid", "process", "", "absent");
    const pairs = fc.array(fc.tuple(status, status), { minLength: 1, maxLength: 60 });
    const listed = pairs.chain((urls) => {
      const records = urls.flatMap((words, at) =>
        BOTH.map((area, index) => record(at, area, words[index])).filter(({ Status }) => Status !== "absent"),
      );
      const shuffled = fc.shuffledSubarray(records, { minLength: records.length, maxLength: records.length });
      return shuffled.map((inAnyOrder) => ({ urls, records: inAnyOrder }));
    });
    fc.assert(
      fc.property(listed, fc.integer({ min: 1, max: 130 }), ({ urls, records }, most) => {
        const { told } = readAll(pushed(urls.length), records, most);
        const isEnded = records.every(({ Status }) => Status === "done" || Status === "invalid");
        for (const [at, words] of urls.entries()) {
          const end = told.get(url(at)) ?? null;
          const isDone = words.every((word) => word === "done");
          if (end === "confirmed" || isEnded) expect(end === "confirmed").toBe(isDone);
          if (end === "failed" || isEnded) expect(end === "failed").toBe(words.includes("invalid"));
        }
      }),
    );
  });
});
