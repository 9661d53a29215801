import type { Progress, Task } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { asked, confirmed, onlyTask, page, told } from "./test-media.ts";

/** Asks as the engine does, until no task is left or the same is to be asked again. */
function untilItRests(first: Task, lists: ReadonlyMap<string, object>) {
  const rows: Progress["rows"][number][] = [];
  const queries: string[] = [];
  let task: Task | undefined = first;
  while (task !== undefined && queries.length < 20) {
    const { id }: Task = task;
    const progress = told(lists.get(id) ?? page([]), task);
    queries.push(id);
    rows.push(...progress.rows);
    const before = JSON.stringify(task);
    task = progress.next.length === 0 ? undefined : onlyTask(progress);
    if (JSON.stringify(task) === before) break;
  }
  return { rows, queries };
}

describe("DescribeVodRefreshTasks of media whose job does not tell which id is which URL's", () => {
  const u = (n: number) => `https://v.test/${n}.mp4`;
  const complete = (...urls: readonly string[]) => page(urls.map((url) => [url, "Complete"]));

  it.each([
    ["strangers' rows alone", [u(98), u(99)]],
    ["some of its URLs", [u(1), u(99)]],
  ])("confirms nothing by %s, and asks again", (_what, listed) => {
    const { rows, next } = told(
      complete(...listed),
      asked({ media: "m1", urls: [u(1), u(2)], ids: ["900"] }),
    );
    expect(rows).toEqual([]);
    const again = onlyTask({ rows, next });
    expect(told(complete(...listed), again)).toEqual({ rows: [], next: [again] });
    expect(told(complete(u(1), u(2)), again)).toEqual({ rows: [confirmed("m1")], next: [] });
  });

  it("confirms of two media with one id only the one that the id lists", () => {
    const task = asked(
      { media: "m1", urls: [u(1), u(2)], ids: ["900"] },
      { media: "m2", urls: [u(3), u(4)], ids: ["900"] },
    );
    const { rows, next } = told(complete(u(1), u(2)), task);
    expect(rows).toEqual([confirmed("m1")]);
    expect(next.map(({ id }) => id)).toEqual(["900"]);
  });

  it("fails a media by a row of its own, and by no stranger's", () => {
    const task = asked({ media: "m1", urls: [u(1), u(2)], ids: ["900"] });
    const rowsOf = (failed: string) =>
      told(
        page([
          [failed, "Failed"],
          [u(1), "Complete"],
        ]),
        task,
      ).rows;
    expect([rowsOf(u(99)), rowsOf(u(2))]).toMatchObject([[], [{ item: "m1", end: "failed" }]]);
  });

  it("lets a failure count where one URL has two rows", () => {
    const rows = [
      [u(1), "Failed"],
      [u(1), "Complete"],
    ] as const;
    const progress = told(page(rows), asked({ media: "m1", urls: [u(1)], ids: ["7"] }));
    expect(progress.rows).toMatchObject([{ item: "m1", end: "failed" }]);
  });

  it.each([
    ["fewer ids than URLs", [u(1), u(2), u(3)], ["7", "8"]],
    ["another order than its URLs", [u(1), u(2), u(3)], ["8", "8", "7"]],
  ])("finds each URL under whichever id lists it: the job gave %s", (_what, urls, ids) => {
    const lists = new Map([
      ["7", complete(u(1), u(3), u(99))],
      ["8", complete(u(98), u(2))],
    ]);
    const { rows, queries } = untilItRests(asked({ media: "m1", urls, ids }), lists);
    expect(rows).toEqual([confirmed("m1")]);
    expect(queries.length).toBeLessThanOrEqual(3);
  });

  it("reads each id's list but once before it waits for a URL that none lists", () => {
    const lists = new Map(["7", "8", "9"].map((id) => [id, complete(u(99))]));
    const task = asked({ media: "m1", urls: [u(1), u(2)], ids: ["7", "8", "9"] });
    expect(untilItRests(task, lists)).toEqual({ rows: [], queries: ["7", "8", "9", "7"] });
  });

  it("does not take for its own what an id lists that only its neighbour has", () => {
    const task = asked(
      { media: "m2", urls: [u(3)], ids: ["8"] },
      { media: "m1", urls: [u(1), u(2)], ids: ["7", "8"] },
    );
    expect(task.id).toBe("7");
    expect(told(complete(u(1), u(3)), task).rows).toEqual([]);
    expect(told(complete(u(1), u(2), u(3)), task).rows).toEqual([confirmed("m1")]);
  });

  it("keeps a comma that is part of a URL", () => {
    const task = asked({
      media: "m1",
      urls: ["https://v.test/a,b.mp4", " HTTP://v.test/2"],
      ids: ["7", "7"],
    });
    expect(told(complete("https://v.test/a", "http://v.test/2"), task).rows).toEqual([]);
    expect(told(complete("https://v.test/a,b.mp4", "http://v.test/2"), task).rows).toEqual([confirmed("m1")]);
  });

  it("ends a task whose stored state it cannot read without a word on its media", () => {
    const task: Task = { call: "DescribeVodRefreshTasks", id: "7", state: { media: { m1: ["7 "] } } };
    expect(told(complete(u(1)), task)).toEqual({ rows: [], next: [] });
  });
});
