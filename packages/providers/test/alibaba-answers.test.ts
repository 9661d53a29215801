import type { BatchContent, HttpReply, Lane, Provider, Row, Task } from "@purgeline/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { providers } from "../src/index.ts";

const PRODUCTS = {
  "alibaba-cdn": {
    lanes: ["purge-url", "purge-directory", "prefetch-url"],
    ids: ["RefreshTaskId", "PushTaskId"],
    queries: ["DescribeRefreshTaskById", "DescribeRefreshTasks"],
    list: "CDNTask",
    quota: "DescribeRefreshQuota",
  },
  "alibaba-vod": {
    lanes: ["purge-media", "prefetch-media", "purge-url", "prefetch-url"],
    ids: ["RefreshTaskId", "PreloadTaskId", "MediaRefreshJobId", "NonExistMediaIds", "ForbiddenMediaIds"],
    queries: ["GetMediaRefreshJobs", "DescribeVodRefreshTasks"],
    list: "Task",
    quota: "DescribeVodRefreshQuota",
  },
} as const;

type Product = keyof typeof PRODUCTS;
const NAMES = Object.keys(PRODUCTS) as Product[];

function providerOf(product: Product): Provider {
  const provider = providers.get(product);
  if (provider === undefined) throw new Error(`${product} is not registered`);
  return provider;
}

const PATHS = ["https://a.test/0", "https://a.test/1", "http://b.test", "a.test/2", "", "m1"];
const anything = fc.jsonValue({ maxDepth: 2 });
const word = fc.oneof(
  fc.constantFrom("Complete", "Failed", "Refreshing", "Pending", "success", "fail"),
  fc.string(),
);
const line = fc.dictionary(
  fc.constantFrom(
    "TaskId",
    "ObjectPath",
    "Status",
    "Description",
    "MediaId",
    "TaskIds",
    "SuccessPlayUrls",
    "Process",
  ),
  fc.oneof(word, fc.constantFrom(...PATHS), anything),
);
const lines = fc.oneof(fc.array(line, { maxLength: 6 }), anything);

/** Answers that look right enough to be read, with anything at all in every place. */
function replies(product: Product): fc.Arbitrary<HttpReply> {
  const { ids, list } = PRODUCTS[product];
  const members = fc.dictionary(
    fc.constantFrom(
      ...ids,
      "RequestId",
      "Code",
      "Message",
      "TotalCount",
      "UrlQuota",
      "UrlRemain",
      "blockRemain",
    ),
    fc.oneof(fc.constantFrom("1", "1,2", "Throttling", "m1"), anything),
  );
  const tasks = fc.oneof(lines, fc.record({ [list]: lines }));
  const body = fc
    .tuple(members, fc.record({ Tasks: tasks, MediaRefreshJobs: lines }, { requiredKeys: [] }))
    .map(([some, lists]) => JSON.stringify({ ...some, ...lists }));
  return fc.record({
    status: fc.constantFrom(200, 201, 400, 403, 404, 413, 429, 500, 502, 503),
    headers: fc.dictionary(fc.constantFrom("x-acs-retry-after", "retry-after"), fc.string()),
    body: fc.oneof({ weight: 4, arbitrary: body }, fc.string(), fc.constantFrom("", "null", "[]", "<html>")),
  });
}

const STATES = [
  undefined,
  {},
  { page: 2 },
  { page: "x", size: -1 },
  { rows: { "a.test": 3 } },
  { media: ["m1"] },
];
const MEDIA_STATES = [{ media: { m1: ["1 abcdefgh", "2 "], m2: [] } }, { media: { m1: "x" }, failed: 5 }];

function tasks(product: Product): fc.Arbitrary<readonly [Task, ...Task[]]> {
  const state = fc.constantFrom(...STATES, ...MEDIA_STATES);
  const call = fc.constantFrom(...PRODUCTS[product].queries);
  return fc.tuple(call, fc.array(state, { minLength: 1, maxLength: 10 })).map(([name, states]) => {
    const [first, ...rest] = states.slice(0, providerOf(product).poll.max(name)).map(
      (own, index): Task => ({
        call: name,
        id: String(index + 1),
        ...(own === undefined ? {} : { state: own }),
      }),
    );
    return [first ?? { call: name, id: "1" }, ...rest];
  });
}

describe.each(NAMES)("any answer of %s", (product) => {
  const provider = providerOf(product);
  const batches = fc
    .constantFrom(...PRODUCTS[product].lanes)
    .map((lane: Lane): BatchContent => ({ lane, items: ["m1", "m2"], options: {} }));

  it("to a submit has an outcome, and what it rejects was sent", () => {
    fc.assert(
      fc.property(replies(product), batches, (reply, batch) => {
        const outcome = provider.decode(reply, batch);
        if (outcome.kind !== "accepted") return;
        expect(outcome.rejected.every(({ item }) => batch.items.includes(item))).toBe(true);
        expect(outcome.tasks.length > 0 || outcome.rejected.length === batch.items.length).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("to a query tells of each task, once; what has no end is asked again", () => {
    fc.assert(
      fc.property(replies(product), tasks(product), (reply, asked) => {
        const answer = provider.poll.decode(reply, asked);
        if (answer.kind !== "progress") return;
        expect(answer.tasks).toHaveLength(asked.length);
        for (const { next } of answer.tasks) {
          // A task is stored as JSON between two queries.
          expect(JSON.parse(JSON.stringify(next))).toEqual(next);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("about its quota tells counts or nothing", () => {
    fc.assert(
      fc.property(replies(product), (reply) => {
        const answer = provider.quota?.decode(PRODUCTS[product].quota, reply);
        if (answer?.kind !== "figures") return;
        const counts = answer.figures.flatMap(({ limit, remaining }) => [limit, remaining]);
        expect(counts.every((count) => count === null || (Number.isSafeInteger(count) && count >= 0))).toBe(
          true,
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe("a list of the CDN's tasks", () => {
  const { poll } = providerOf("alibaba-cdn");
  const words = fc.constantFrom("Complete", "Failed", "Refreshing", "Pending", "Frozen");
  const listed = fc.array(
    fc.record({ TaskId: fc.constant("1"), ObjectPath: fc.constantFrom("u", "v", "w"), Status: words }),
  );

  it("ends no URL while a line of it is open, and confirms none of which a line failed", () => {
    fc.assert(
      fc.property(listed, (Tasks) => {
        const reply = { status: 200, headers: {}, body: JSON.stringify({ Tasks, TotalCount: Tasks.length }) };
        const answer = poll.decode(reply, [{ call: "DescribeRefreshTaskById", id: "1" }]);
        const rows = answer.kind === "progress" ? (answer.tasks[0]?.rows ?? []) : [];
        const ends = poll.match(["u", "v", "w"], rows).map((row: Row | null) => row?.end ?? null);
        for (const [index, path] of ["u", "v", "w"].entries()) {
          const statuses = Tasks.filter((each) => each.ObjectPath === path).map((each) => each.Status);
          const isOpen =
            statuses.length === 0 || statuses.some((status) => !/^(?:Complete|Failed)$/.test(status));
          const end = statuses.includes("Failed") ? "failed" : "confirmed";
          expect([path, ends[index]]).toEqual([path, isOpen ? null : end]);
        }
      }),
    );
  });
});
