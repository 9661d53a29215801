import type { BatchContent, HttpReply, PollAnswer, Task } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { testAccount, testCall } from "../shared/alibaba/test-account.ts";
import { alibabaCdn } from "./index.ts";

const { poll } = alibabaCdn;

function reply(body: object, status = 200): HttpReply {
  return { status, headers: {}, body: JSON.stringify(body) };
}

function row(TaskId: string, ObjectPath: string, Status: string, Description = ""): object {
  return { TaskId, ObjectPath, ObjectType: "file", Status, Process: "100%", Description };
}

/** Rows of URLs `from`…`to` of one host, all complete. */
function rows(id: string, host: string, from: number, to: number): object[] {
  return Array.from({ length: to - from }, (_, index) =>
    row(id, `https://${host}/${from + index}`, "Complete"),
  );
}

/** The tasks that the provider's answer to this many URLs of each host leaves us with. */
function tasksFor(
  ids: string,
  hosts: Readonly<Record<string, number>>,
  lane: BatchContent["lane"] = "purge-url",
): [Task, ...Task[]] {
  const [first = "", ...rest] = Object.entries(hosts).flatMap(([host, count]) =>
    Array.from({ length: count }, (_, index) => `https://${host}/${index}`),
  );
  const outcome = alibabaCdn.decode(reply({ RefreshTaskId: ids }), {
    lane,
    items: [first, ...rest],
    options: {},
  });
  const [task, ...others] = outcome.kind === "accepted" ? outcome.tasks : [];
  if (task === undefined) throw new Error(`no tasks: ${JSON.stringify(outcome)}`);
  return [task, ...others];
}

function progress(answer: PollAnswer) {
  if (answer.kind !== "progress") throw new Error(`no progress: ${JSON.stringify(answer)}`);
  return answer.tasks;
}

describe("DescribeRefreshTaskById", () => {
  it("asks for ten ids in one query, comma-joined, and a page query for one", () => {
    expect([poll.max("DescribeRefreshTaskById"), poll.max("DescribeRefreshTasks")]).toEqual([10, 1]);
    const request = poll.encode(
      tasksFor("1,2", { "a.test": 1, "b.test": 1 }),
      testCall(testAccount("alibaba-cdn")),
    );
    expect(request.headers["x-acs-action"]).toBe("DescribeRefreshTaskById");
    expect(new URL(request.url).searchParams.get("TaskId")).toBe("1,2");
  });

  it("gives each task its own rows, and ends those whose rows are all final", () => {
    const tasks = tasksFor("1,2", { "a.test": 2, "b.test": 1 });
    const body = {
      Tasks: [
        row("2", "https://b.test/0", "Failed", "Origin Timeout"),
        row("1", "https://a.test/1", "Complete", "Internal Error"),
        row("1", "https://a.test/0", "Refreshing"),
      ],
      TotalCount: 3,
    };
    expect(progress(poll.decode(reply(body), tasks))).toEqual([
      { rows: [{ item: "https://a.test/1", end: "confirmed", code: null, message: null }], next: [tasks[0]] },
      {
        rows: [{ item: "https://b.test/0", end: "failed", code: "OriginTimeout", message: "Origin Timeout" }],
        next: [],
      },
    ]);
  });

  it.each(["Pending", "Refreshing", "Frozen", ""])("takes the word %j for unfinished", (word) => {
    const tasks = tasksFor("1", { "a.test": 1 });
    const answer = poll.decode(reply({ Tasks: [row("1", "https://a.test/0", word)], TotalCount: 1 }), tasks);
    expect(progress(answer)).toEqual([{ rows: [], next: tasks }]);
  });

  it("does not take an earlier purge of a URL under the same id for this one", () => {
    const tasks = tasksFor("1", { "a.test": 1 });
    const Tasks = [row("1", "https://a.test/0", "Complete"), row("1", "https://a.test/0", "Refreshing")];
    expect(progress(poll.decode(reply({ Tasks, TotalCount: 2 }), tasks))).toEqual([
      { rows: [], next: tasks },
    ]);
  });

  it("finds its own rows among those of a batch of the same second", () => {
    const tasks = tasksFor("1", { "a.test": 2 });
    const Tasks = [
      row("1", "https://a.test/others/1", "Failed", "Internal Error"),
      row("1", "https://a.test/1", "Complete"),
      row("1", "https://a.test/others/2", "Complete"),
      row("1", "https://a.test/0", "Failed", "Origin Timeout"),
    ];
    const [told] = progress(poll.decode(reply({ Tasks, TotalCount: 4 }), tasks));
    const matched = poll.match(
      ["https://a.test/0", "https://a.test/1", "https://a.test/2"],
      told?.rows ?? [],
    );
    expect(matched.map((found) => found?.end ?? null)).toEqual(["failed", "confirmed", null]);
  });

  it("tells ten tasks apart in one answer", () => {
    const ids = Array.from({ length: 10 }, (_, n) => n + 1);
    const hosts = Object.fromEntries(ids.map((id) => [`a${id}.test`, 1]));
    const tasks = tasksFor(ids.join(","), hosts);
    const Tasks = ids.toReversed().map((id) => ({
      ...row(String(id), `https://a${id}.test/0`, id % 2 === 0 ? "Complete" : "Refreshing"),
      TaskId: id,
    }));
    const told = progress(poll.decode(reply({ Tasks, TotalCount: 10 }), tasks));
    expect(told.map((each) => each.rows.map(({ item }) => item))).toEqual(
      ids.map((id) => (id % 2 === 0 ? [`https://a${id}.test/0`] : [])),
    );
    expect(told.map((each) => each.next)).toEqual(tasks.map((task, n) => (n % 2 === 0 ? [task] : [])));
  });

  it.each<[string, object]>([
    ["an empty list", { Tasks: [], TotalCount: 0 }],
    ["no list", {}],
    ["a list of nothing", { Tasks: [null, 1, "x", {}] }],
    ["a row of another task", { Tasks: [row("9", "https://a.test/0", "Complete")], TotalCount: 1 }],
  ])("takes %s for unknown and asks again", (_what, body) => {
    const tasks = tasksFor("1,2", { "a.test": 1, "b.test": 1 });
    expect(progress(poll.decode(reply(body), tasks))).toEqual(
      tasks.map((task) => ({ rows: [], next: [task] })),
    );
  });

  it("asks again for a task that is not listed", () => {
    const tasks = tasksFor("1,2", { "a.test": 1, "b.test": 1 });
    const answer = poll.decode(reply({ Tasks: rows("1", "a.test", 0, 1), TotalCount: 1 }), tasks);
    expect(progress(answer).map(({ next }) => next)).toEqual([[], [tasks[1]]]);
  });

  it("believes a thousand rows for a thousand URLs without asking page by page", () => {
    const tasks = tasksFor("1", { "a.test": 1000 });
    const answer = poll.decode(reply({ Tasks: rows("1", "a.test", 0, 1000), TotalCount: 1000 }), tasks);
    expect(progress(answer)).toMatchObject([{ next: [] }]);
    expect(progress(answer)[0]?.rows).toHaveLength(1000);
  });

  it.each([
    ["fewer rows than URLs of that domain were sent", { "a.test": 30, "b.test": 1 }, "1,2", 20, 20],
    ["a total above the rows shown", { "a.test": 20 }, "1", 20, 31],
    [
      "a round hundred of rows where nothing tells how many there must be",
      { "a.test": 250 },
      "1,2,3",
      100,
      100,
    ],
  ])("goes to the paged list on %s", (_why, hosts, ids, shown, TotalCount) => {
    const [task] = tasksFor(ids, hosts);
    const [told] = progress(poll.decode(reply({ Tasks: rows("1", "a.test", 0, shown), TotalCount }), [task]));
    expect(told?.rows).toHaveLength(shown);
    expect(told?.next).toEqual([{ ...task, call: "DescribeRefreshTasks" }]);
  });

  it("goes to the paged list when a round hundred of rows is shared with another batch", () => {
    const tasks = tasksFor("1", { "a.test": 50 });
    const others = Array.from({ length: 60 }, (_, n) => row("1", `https://a.test/others/${n}`, "Complete"));
    const Tasks = [...others, ...rows("1", "a.test", 0, 40)];
    expect(progress(poll.decode(reply({ Tasks }), tasks))[0]?.next).toMatchObject([
      { call: "DescribeRefreshTasks" },
    ]);
    const whole = { Tasks: [...Tasks, ...rows("1", "a.test", 40, 50)] };
    expect(progress(poll.decode(reply(whole), tasks))[0]?.next).toEqual([]);
  });

  it("keeps to the cheap query while a row is unfinished, however short the list", () => {
    const tasks = tasksFor("1", { "a.test": 1000 });
    const body = {
      Tasks: [...rows("1", "a.test", 0, 99), row("1", "https://a.test/99", "Refreshing")],
      TotalCount: 1000,
    };
    expect(progress(poll.decode(reply(body), tasks))[0]?.next).toEqual(tasks);
  });

  it("expects one row of a directory's own id", () => {
    const tasks = tasksFor("1,2", { "a.test": 2 }, "purge-directory");
    const answer = poll.decode(
      reply({ Tasks: [...rows("1", "a.test", 0, 1), ...rows("2", "a.test", 1, 2)] }),
      tasks,
    );
    expect(progress(answer).flatMap(({ next }) => next)).toEqual([]);
  });
});

describe("DescribeRefreshTasks", () => {
  const [byId] = tasksFor("1", { "a.test": 950 });
  const paged: Task = { ...byId, call: "DescribeRefreshTasks" };
  const page = (Tasks: readonly object[], TotalCount?: number) =>
    reply({ Tasks: { CDNTask: Tasks }, TotalCount });

  it("asks for a hundred rows of the task's page", () => {
    const request = poll.encode([{ ...paged, state: { page: 4 } }], testCall(testAccount("alibaba-cdn")));
    expect(Object.fromEntries(new URL(request.url).searchParams)).toEqual({
      TaskId: "1",
      PageNumber: "4",
      PageSize: "100",
    });
  });

  it.each([
    ["a hundred rows, as asked", 100, 10],
    ["twenty rows, since the service caps them", 20, 48],
  ])("reads 950 URLs by pages of %s: the first one, then the others at once", (_, size, calls) => {
    const listed = rows("1", "a.test", 0, 950);
    const seen = new Set<string | null>();
    const asked: Task[] = [paged];
    for (const task of asked) {
      const number = Number(task.state?.page ?? 1);
      const answer = poll.decode(page(listed.slice((number - 1) * size, number * size), 950), [task]);
      for (const { rows: told, next } of progress(answer)) {
        for (const { item } of told) seen.add(item);
        asked.push(...next);
      }
    }
    expect([asked.length, seen.size]).toEqual([calls, 950]);
  });

  it("asks an unfinished page again, and no other", () => {
    const task = { ...paged, state: { page: 2 } };
    const answer = poll.decode(
      page([...rows("1", "a.test", 100, 199), row("1", "https://a.test/199", "Refreshing")], 950),
      [task],
    );
    expect(progress(answer)).toMatchObject([{ next: [task] }]);
    expect(progress(answer)[0]?.rows).toHaveLength(99);
  });

  it("asks again for an empty page and for a list that is shorter than the batch", () => {
    expect(progress(poll.decode(page([], 0), [paged]))[0]?.next).toEqual([paged]);
    expect(progress(poll.decode(page(rows("1", "a.test", 0, 50), 50), [paged]))[0]?.next).toEqual([paged]);
  });

  it("goes on to the next page where no total is given, until one is not full", () => {
    const next = (shown: number) =>
      progress(poll.decode(page(rows("1", "a.test", 0, shown)), [paged]))[0]?.next;
    expect(next(100)).toEqual([{ ...paged, state: { ...paged.state, page: 2 } }]);
    expect(
      progress(poll.decode(page(rows("1", "a.test", 900, 950)), [{ ...paged, state: { page: 10 } }]))[0]
        ?.next,
    ).toEqual([]);
  });
});

describe("matching rows to URLs", () => {
  it("recognises a URL that is written back in its normal form", () => {
    const items = ["https://A.test:443/a b", "https://a.test/c"];
    const told = [{ item: "https://a.test/a%20b", end: "confirmed", code: null, message: null }] as const;
    expect(poll.match(items, told)).toEqual([told[0], null]);
  });
});

describe("a failed query", () => {
  it("is classed by its code", () => {
    const tasks = tasksFor("1", { "a.test": 1 });
    expect(poll.decode(reply({ Code: "Throttling.User", Message: "m" }, 400), tasks)).toMatchObject({
      kind: "throttled",
    });
    expect(poll.decode({ status: 200, headers: {}, body: "<html>" }, tasks)).toMatchObject({
      kind: "ambiguous",
    });
  });
});
