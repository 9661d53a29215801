import type { BatchContent, HttpReply, Json, JsonObject, Lane, Row, Task } from "@purgeline/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tencentCdn } from "./index.ts";
import { sampleAccount, sampleCall } from "./sample-account.ts";

const url = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((path) => `https://cdn.example.com/${path.replace(/[\p{Cc}\p{Z}\\#]/gu, "")}`);
const urls = fc.uniqueArray(url, { minLength: 1, maxLength: 30 });

const apis: readonly (readonly [signature: string, lane: Lane])[] = ["tc3", "v2-sha256", "v2-sha1"].flatMap(
  (signature) =>
    Object.keys(tencentCdn.table(sampleAccount({ signature })).lanes).map(
      (lane) => [signature, lane as Lane] as const,
    ),
);

const optionsOf = (lane: Lane): fc.Arbitrary<JsonObject> => {
  const area = fc.constantFrom(undefined, "mainland", "overseas");
  return area.map((Area) => ({
    ...(Area === undefined ? {} : { Area }),
    ...(lane === "purge-directory" && Area !== "overseas" ? { FlushType: "flush" } : {}),
  }));
};

function batchOf(lane: Lane, items: readonly string[], options: JsonObject): BatchContent {
  const [first = "", ...rest] = items;
  return { lane, items: [first, ...rest], options };
}

/** URLs or directories as the service would read them. */
function sentItems(body: string): readonly unknown[] {
  if (body.startsWith("{")) {
    const { Urls, Paths } = JSON.parse(body);
    return Urls ?? Paths;
  }
  return [...new URLSearchParams(body)]
    .filter(([name]) => /^(urls|dirs)\.\d+$/.test(name))
    .map(([, value]) => value);
}

describe("a request", () => {
  it.each(apis)(
    "of %s on %s is the same bytes for the same batch, and has each item once",
    (signature, lane) => {
      const call = sampleCall(sampleAccount({ signature }));
      fc.assert(
        fc.property(urls, optionsOf(lane), (items, options) => {
          const request = tencentCdn.encode(batchOf(lane, items, options), call);
          expect(tencentCdn.encode(batchOf(lane, items, structuredClone(options)), call)).toEqual(request);
          expect(sentItems(request.body ?? "")).toEqual(items);
        }),
      );
    },
  );
});

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const word = fc.constantFrom(
  "done",
  "process",
  "fail",
  "invalid",
  "DONE",
  "",
  "success",
  "1",
  "2",
  "0",
  "-1",
);
/** Records with the right names and any kind of value. */
const record = fc.record(
  {
    Url: fc.oneof(url, json),
    url: fc.oneof(url, json),
    url_list: fc.oneof(fc.array(url), json),
    Status: fc.oneof(word, json),
    status: fc.oneof(fc.integer({ min: -3, max: 3 }), word, json),
    type: fc.oneof(fc.constantFrom(0, 1), json),
    datetime: fc.oneof(fc.constant("2026-07-01 16:15:29"), json),
    Area: fc.oneof(fc.constantFrom("mainland", "overseas", "mars"), json),
    Batch: fc.oneof(fc.integer(), json),
    Total: fc.oneof(fc.integer(), json),
    Available: fc.oneof(fc.integer(), json),
    task_id: json,
    log_id: json,
    count: json,
  },
  { requiredKeys: [] },
);
const list = fc.oneof(fc.array(fc.oneof(record, json), { maxLength: 5 }), json);
const response = fc.record(
  {
    Error: fc.oneof(fc.record({ Code: json, Message: json }, { requiredKeys: [] }), json),
    PurgeLogs: list,
    PushLogs: list,
    UrlPurge: list,
    PathPurge: list,
    UrlPush: list,
    TotalCount: json,
    TaskId: json,
    RequestId: json,
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  response.map((Response) => ({ Response })),
  fc.record(
    {
      code: fc.oneof(fc.constantFrom(0, "0", 4000, 4400), json),
      message: fc.oneof(fc.constant("(9105)x"), json),
      codeDesc: json,
      data: fc.oneof(fc.record({ logs: list, total: json }), record, list),
    },
    { requiredKeys: [] },
  ),
  json,
);
const reply: fc.Arbitrary<HttpReply> = fc.record({
  status: fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 599 })),
  headers: fc.oneof(
    fc.constant({ date: "Wed, 01 Jul 2026 08:15:30 GMT" }),
    fc.dictionary(fc.constantFrom("date", "retry-after"), fc.string()),
  ),
  body: fc.oneof(
    body.map((value) => JSON.stringify(value)),
    fc.string(),
  ),
});

const SINCE_MS = Date.UTC(2026, 6, 1, 8, 15, 28);
const TASKS: readonly Task[] = [
  { call: "DescribePurgeTasks", id: "t", state: { urls: 3 } },
  { call: "DescribePushTasks", id: "t", state: { urls: 3, offset: 100, end: 200, limit: 100 } },
  { call: "GetCdnRefreshLog", id: "t", state: { urls: 3 } },
  { call: "GetCdnRefreshLog", id: "t", state: { sinceMs: SINCE_MS, type: "1" } },
  {
    call: "GetCdnOverseaRefreshLog",
    id: "t",
    state: { sinceMs: SINCE_MS, type: "0", date: "20260701" },
  },
];

describe("any reply", () => {
  it.each(apis)(
    "to a submit of %s on %s has an outcome, and is accepted only with tasks",
    (_signature, lane) => {
      fc.assert(
        fc.property(reply, optionsOf(lane), fc.constantFrom(null, SINCE_MS), (given, options, began) => {
          const outcome = tencentCdn.decode(given, batchOf(lane, ["https://a.test/"], options), began);
          expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
          if (outcome.kind === "accepted") expect(outcome.tasks.length).toBeGreaterThan(0);
        }),
      );
    },
  );

  it.each(TASKS.map((task) => [task.call, task.state, task] as const))(
    "to %s with %j has an answer, and confirms nothing that no record calls done",
    (call, _state, task) => {
      const done = call === "GetCdnOverseaRefreshLog" ? [2, "2"] : call.startsWith("Get") ? [1, "1"] : [];
      fc.assert(
        fc.property(reply, (given) => {
          const answer = tencentCdn.poll.decode(given, [task]);
          expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
          if (answer.kind !== "progress") return;
          expect(answer.tasks).toHaveLength(1);
          const confirmed = answer.tasks.flatMap(({ rows }) => rows.filter(({ end }) => end === "confirmed"));
          const words = statusesIn(JSON.parse(given.body));
          const isDone = (status: Json): boolean =>
            done.includes(status as never) || (done.length === 0 && String(status).toLowerCase() === "done");
          if (confirmed.length > 0) expect(words.some(isDone)).toBe(true);
        }),
        { numRuns: 300 },
      );
    },
  );

  it("to a quota query has figures that are whole numbers, or none", () => {
    fc.assert(
      fc.property(reply, fc.constantFrom("DescribePurgeQuota", "DescribePushQuota"), (given, call) => {
        const answer = tencentCdn.quota?.decode(call, given);
        const classes = Object.keys(tencentCdn.table(sampleAccount()).quotas);
        for (const figure of answer?.kind === "figures" ? answer.figures : []) {
          expect(classes).toContain(figure.class);
          for (const value of [figure.limit, figure.remaining, figure.batch]) {
            expect(value === null || (Number.isSafeInteger(value) && value >= 0)).toBe(true);
          }
          expect(figure.batch).not.toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function statusesIn(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(statusesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    /^status$/i.test(name) ? [inner] : statusesIn(inner as Json),
  );
}

describe("rows of URLs that the service encoded", () => {
  const ends = (items: readonly string[], rows: readonly Row[]) =>
    tencentCdn.poll.match(items, rows).map((row) => row?.message ?? null);
  const row = (item: string, message: string): Row => ({ item, end: "confirmed", code: null, message });
  /** No escapes yet: those of the caller are spellings of their own. */
  const plain = fc.uniqueArray(
    url.map((text) => text.replaceAll("%", "")),
    { minLength: 1, maxLength: 20, selector: encodeURI },
  );

  it.each<[string, (text: string) => string]>([
    ["all that a URL may not hold", encodeURI],
    ["only what is beyond ASCII", (text) => text.replace(/[^\p{ASCII}]+/gu, encodeURIComponent)],
    [
      "with small letters in escapes",
      (text) => encodeURI(text).replace(/%../g, (each) => each.toLowerCase()),
    ],
  ])("meet their items: %s", (_name, encoded) => {
    fc.assert(
      fc.property(plain, (items) => {
        const rows = items.map((item, at) => row(encoded(item), String(at)));
        expect(ends(items, rows.toReversed())).toEqual(items.map((_item, at) => String(at)));
      }),
    );
  });
});
