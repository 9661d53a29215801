import type { Task } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { testAccount, testCall } from "../shared/alibaba/test-account.ts";
import { alibabaVod } from "./index.ts";
import { asked, confirmed, job, jobReply, page, told } from "./test-media.ts";

const { poll } = alibabaVod;

describe("GetMediaRefreshJobs", () => {
  it("is asked with GET, by the job's id", () => {
    const request = poll.encode([job("m1")], testCall(testAccount("alibaba-vod")));
    expect([request.method, new URL(request.url).search]).toEqual(["GET", "?MediaRefreshJobId=job"]);
  });

  it("confirms nothing by its success: the tasks of the media's URLs are asked next", () => {
    const progress = told(jobReply({ media: "m1", urls: ["https://v.test/1"], ids: ["7"] }), job("m1"));
    expect(progress.rows).toEqual([]);
    expect(progress.next).toMatchObject([{ call: "DescribeVodRefreshTasks", id: "7" }]);
  });

  it("is asked again only for media that are not submitted yet", () => {
    const lines = [
      { media: "m1", urls: ["https://v.test/1"], ids: ["7"] },
      { media: "m2" },
      { media: "m3", urls: ["https://v.test/3"], ids: ["8"], status: "queued" },
      { media: "someone-else", urls: ["https://v.test/9"], ids: ["9"] },
    ];
    const { next } = told(jobReply(...lines), job("m1", "m2", "m3", "m4"));
    expect(next.map(({ call, id }) => `${call} ${id}`)).toEqual([
      "DescribeVodRefreshTasks 7",
      "GetMediaRefreshJobs job",
    ]);
    expect(next.at(-1)).toEqual(job("m2", "m3", "m4"));
  });

  it("fails a media that could not be submitted, and it alone", () => {
    const progress = told(jobReply({ media: "m1", status: "fail" }), job("m1", "m2"));
    expect(progress.rows.toSorted((a, b) => (`${a.item}` < `${b.item}` ? -1 : 1))).toEqual([
      { item: "m1", end: "failed", code: "PreloadQueueFull", message: "The queue is full." },
    ]);
    expect(progress.next).toEqual([job("m2")]);
  });

  it("reads a line as the samples print it: a filter with odd keys, a job of small words", () => {
    const line = {
      MediaRefreshJobId: "job",
      MediaId: "m1",
      TaskType: "Refresh",
      Status: "success",
      FilterPolicy: '{" StreamType":"video"," Formats":"mp4"}',
      SuccessPlayUrls: "https://v.test/1, https://v.test/2",
      TaskIds: "7, 8",
      UserData: '{"Extend":{}}',
      GmtCreate: "2022-05-20 08:23:22",
    };
    const { rows, next } = told({ RequestId: "r", MediaRefreshJobs: [line] }, job("m1"));
    expect([rows, next.map(({ id }) => id)]).toEqual([[], ["7"]]);
  });

  it.each<[string, object]>([
    ["an empty list", { MediaRefreshJobs: [] }],
    ["no list", {}],
    [
      "a word that no page knows",
      jobReply({ media: "m1", urls: ["https://v.test/1"], ids: ["7"], status: "done" }),
    ],
    ["a success without ids", jobReply({ media: "m1", urls: ["https://v.test/1"] })],
    ["a success without URLs", jobReply({ media: "m1", ids: ["7"] })],
    [
      "a line that names its URLs beside one that does not",
      jobReply({ media: "m1", urls: ["https://v.test/1"], ids: ["7"] }, { media: "m1", ids: ["8"] }),
    ],
  ])("is asked again after %s: the media is not known to be submitted", (_what, body) => {
    expect(told(body, job("m1"))).toEqual({ rows: [], next: [job("m1")] });
  });

  it("asks once for an id that several media share, and side by side for the others", () => {
    const lines = [
      { media: "m1", urls: ["https://v.test/1", "https://v.test/1b"], ids: ["7", "7"] },
      { media: "m2", urls: ["https://v.test/2"], ids: ["8"] },
      { media: "m3", urls: ["https://v.test/3"], ids: ["7"] },
    ];
    const { next } = told(jobReply(...lines), job("m1", "m2", "m3"));
    expect(next.map(({ id }) => id).toSorted()).toEqual(["7", "8"]);
  });
});

describe("DescribeVodRefreshTasks of media", () => {
  const u = (n: number) => `https://v.test/${n}.mp4`;
  it("asks for fifty rows of the task's page", () => {
    const request = poll.encode(
      [asked({ media: "m1", urls: [u(1)], ids: ["7"] })],
      testCall(testAccount("alibaba-vod")),
    );
    const query = Object.fromEntries(new URL(request.url).searchParams);
    expect([request.method, query]).toEqual(["POST", { TaskId: "7", PageNumber: "1", PageSize: "50" }]);
  });

  it("confirms a media when all of its URLs, of all of its tasks, are complete", () => {
    const task = asked({ media: "m1", urls: [u(1), u(2), u(3)], ids: ["7", "8", "7"] });
    const first = told(
      page([
        [u(1), "Complete"],
        [u(3), "Complete"],
      ]),
      task,
    );
    expect(first.rows).toEqual([]);
    expect(first.next).toMatchObject([{ id: "8" }]);
    const [second] = first.next;
    if (second === undefined) throw new Error("no second task");
    expect(told(page([[u(2), "Complete"]]), second)).toEqual({ rows: [confirmed("m1")], next: [] });
  });

  it("fails a media with one failed URL and leaves the one that shares its task alone", () => {
    const task = asked(
      { media: "m1", urls: [u(1), u(2)], ids: ["7", "7"] },
      { media: "m2", urls: [u(3)], ids: ["7"] },
    );
    const progress = told(
      page([
        [u(1), "Failed"],
        [u(2), "Refreshing"],
        [u(3), "Complete"],
      ]),
      task,
    );
    expect(progress.rows.toSorted((a, b) => (`${a.item}` < `${b.item}` ? -1 : 1))).toEqual([
      { item: "m1", end: "failed", code: "Failed", message: null },
      confirmed("m2"),
    ]);
    expect(progress.next).toEqual([]);
  });

  it("does not wait for another's URLs in a shared task", () => {
    const task = asked({ media: "m1", urls: [u(1)], ids: ["7"] });
    expect(
      told(
        page([
          [u(1), "Complete"],
          [u(99), "Refreshing"],
        ]),
        task,
      ).next,
    ).toEqual([]);
  });

  it("asks again while a URL is unfinished, unlisted or of an unknown word", () => {
    const task = asked({ media: "m1", urls: [u(1), u(2)], ids: ["7", "7"] });
    for (const rows of [
      [],
      [
        [u(1), "Refreshing"],
        [u(2), "Frozen"],
      ],
      [[u(99), "Complete"]],
    ] as const) {
      expect(told(page(rows), task)).toEqual({ rows: [], next: [task] });
    }
  });

  it("does not ask again for what it has seen complete", () => {
    const task = asked({ media: "m1", urls: [u(1)], ids: ["7"] }, { media: "m2", urls: [u(2)], ids: ["7"] });
    const progress = told(
      page([
        [u(1), "Complete"],
        [u(2), "Refreshing"],
      ]),
      task,
    );
    expect(progress.rows).toEqual([confirmed("m1")]);
    const [again] = progress.next;
    if (again === undefined) throw new Error("not asked again");
    expect(
      told(
        page([
          [u(1), "Refreshing"],
          [u(2), "Complete"],
        ]),
        again,
      ),
    ).toEqual({ rows: [confirmed("m2")], next: [] });
  });

  it("turns pages until it has found its URLs", () => {
    const task = asked({ media: "m1", urls: [u(60)], ids: ["7"] });
    const all = Array.from({ length: 70 }, (_, index) => [u(index), "Complete"] as const);
    const first = told(page(all.slice(0, 50), 70), task);
    expect(first.next).toMatchObject([{ id: "7", state: { page: 2 } }]);
    const [second] = first.next;
    if (second === undefined) throw new Error("no second page");
    expect(told(page(all.slice(50), 70), second)).toEqual({ rows: [confirmed("m1")], next: [] });
  });

  it("turns as many pages as a service makes that caps them at twenty", () => {
    const all = Array.from({ length: 70 }, (_, index) => [u(index), "Complete"] as const);
    let task = asked({ media: "m1", urls: [u(60)], ids: ["7"] });
    for (const from of [0, 20, 40]) {
      const { rows, next: turned } = told(page(all.slice(from, from + 20), 70), task);
      expect(rows).toEqual([]);
      task = turned[0] ?? task;
    }
    expect(task.state?.page).toBe(4);
    expect(told(page(all.slice(60), 70), task)).toEqual({ rows: [confirmed("m1")], next: [] });
  });

  it("confirms nothing by another's rows in a shared task, and asks for the other ids meanwhile", () => {
    const task = asked(
      { media: "m1", urls: [u(1)], ids: ["7"] },
      { media: "m2", urls: [u(2), u(3)], ids: ["7", "8"] },
    );
    const shared = told(
      page([
        [u(99), "Complete"],
        [u(2), "Complete"],
      ]),
      task,
    );
    expect(shared.rows).toEqual([]);
    expect(shared.next.map(({ id }) => id)).toEqual(["7", "8"]);
    const [alone] = shared.next;
    if (alone === undefined) throw new Error("not asked again");
    expect(told(page([[u(99), "Complete"]]), alone)).toEqual({ rows: [], next: [alone] });
    expect(told(page([[u(1), "Complete"]]), alone)).toEqual({ rows: [confirmed("m1")], next: [] });
  });
});

describe("DescribeVodRefreshTasks of URLs", () => {
  const task: Task = { call: "DescribeVodRefreshTasks", id: "7", state: { rows: { "v.test": 120 } } };

  it("reads the first page until it is final, then the others at once", () => {
    const rows = Array.from({ length: 50 }, (_, n) => [`https://v.test/${n}`, "Complete"] as const);
    const { rows: final, next } = told(page(rows, 120), task);
    expect(final).toHaveLength(50);
    expect(next.map(({ state }) => state?.page)).toEqual([2, 3]);
  });
});
