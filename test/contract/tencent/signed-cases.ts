import type { CallName, IntentOptions, Lane, Task } from "@purgeline/core";
import type { Params } from "./sdks.ts";

/** One request twice: as a user of the SDK asks for it, and as our engine does. */
export interface SignedCase {
  readonly name: string;
  readonly theirs: { readonly action: string; readonly params: Params };
  readonly ours:
    | {
        readonly kind: "submit";
        readonly lane: Lane;
        readonly items: readonly string[];
        readonly options: Partial<IntentOptions>;
      }
    | { readonly kind: "query"; readonly task: Task }
    | { readonly kind: "quota"; readonly call: CallName };
}

const ONE = ["https://cdn.example.com/index.html"];
const UNICODE = ["https://cdn.example.com/中文/ñ/🦔.png?q=值", "http://例え.example.com/é"];
const RESERVED = [
  "https://cdn.example.com/a b+c~d*!'();:@&=,/?$#[]%2F%7e\"<>\\^`{|}.js?x=1&y=%26&&z",
  "https://cdn.example.com//a//?",
];
const full = (count: number, end = ".jpg"): readonly string[] =>
  Array.from({ length: count }, (_, at) => `https://cdn.example.com/long/path/${at}/图${end}`);

function submit(
  name: string,
  [lane, items, options]: readonly [Lane, readonly string[], Partial<IntentOptions>],
  [action, params]: readonly [string, Params],
): SignedCase {
  return { name, theirs: { action, params }, ours: { kind: "submit", lane, items, options } };
}

function query(name: string, task: Task, params: Params): SignedCase {
  return { name, theirs: { action: task.call, params }, ours: { kind: "query", task } };
}

const quota = (call: CallName): SignedCase => ({
  name: `the quota query ${call}`,
  theirs: { action: call, params: {} },
  ours: { kind: "quota", call },
});

const own = (block: NonNullable<IntentOptions["own"]>): Partial<IntentOptions> => ({ own: block });

export const API3_CASES: readonly SignedCase[] = [
  submit("one URL", ["purge-url", ONE, {}], ["PurgeUrlsCache", { Urls: ONE }]),
  submit("a full batch", ["purge-url", full(1_000), {}], ["PurgeUrlsCache", { Urls: full(1_000) }]),
  submit("unicode", ["purge-url", UNICODE, {}], ["PurgeUrlsCache", { Urls: UNICODE }]),
  submit("reserved characters", ["purge-url", RESERVED, {}], ["PurgeUrlsCache", { Urls: RESERVED }]),
  submit(
    "an area, and URLs to be encoded",
    ["purge-url", UNICODE, { area: "overseas", ...own({ urlEncode: true }) }],
    ["PurgeUrlsCache", { Urls: UNICODE, Area: "overseas", UrlEncode: true }],
  ),
  submit(
    "directories",
    ["purge-directory", full(500, "/"), {}],
    ["PurgePathCache", { Paths: full(500, "/"), FlushType: "delete" }],
  ),
  submit(
    "a soft purge of directories",
    ["purge-directory", full(2, "/"), { strength: "soft" }],
    ["PurgePathCache", { Paths: full(2, "/"), FlushType: "flush" }],
  ),
  submit("a full push", ["prefetch-url", full(500), {}], ["PushUrlsCache", { Urls: full(500) }]),
  submit(
    "a push with every option",
    [
      "prefetch-url",
      UNICODE,
      {
        area: "global",
        own: {
          userAgent: "probe/1 (值)",
          layer: "middle",
          parseM3U8: true,
          disableRange: true,
          urlEncode: true,
          headers: { "X-B": 'quote " \\', "X-A": "值" },
        },
      },
    ],
    [
      "PushUrlsCache",
      {
        Urls: UNICODE,
        Area: "global",
        UserAgent: "probe/1 (值)",
        Layer: "middle",
        ParseM3U8: true,
        DisableRange: true,
        UrlEncode: true,
        Headers: [
          { Name: "X-A", Value: "值" },
          { Name: "X-B", Value: 'quote " \\' },
        ],
      },
    ],
  ),
  query(
    "the first page of a purge",
    { call: "DescribePurgeTasks", id: "1533045796-i60rfmzm", state: { urls: 1_000 } },
    { TaskId: "1533045796-i60rfmzm", Limit: 1_000, Offset: 0 },
  ),
  query(
    "a later page of a push",
    { call: "DescribePushTasks", id: "1533045796-i60rfmzm", state: { urls: 500, offset: 100, limit: 100 } },
    { TaskId: "1533045796-i60rfmzm", Limit: 100, Offset: 100 },
  ),
  quota("DescribePurgeQuota"),
  quota("DescribePushQuota"),
];

const SINCE_MS = Date.UTC(2026, 6, 1, 8, 15, 28);

export const V2_CASES: readonly SignedCase[] = [
  submit("one URL", ["purge-url", ONE, {}], ["RefreshCdnUrl", { urls: ONE }]),
  submit("a full batch", ["purge-url", full(1_000), {}], ["RefreshCdnUrl", { urls: full(1_000) }]),
  submit("unicode", ["purge-url", UNICODE, {}], ["RefreshCdnUrl", { urls: UNICODE }]),
  submit("reserved characters", ["purge-url", RESERVED, {}], ["RefreshCdnUrl", { urls: RESERVED }]),
  submit(
    "a full batch of directories",
    ["purge-directory", full(20, "/"), {}],
    ["RefreshCdnDir", { dirs: full(20, "/"), type: 2 }],
  ),
  submit(
    "a soft purge of directories",
    ["purge-directory", full(2, "/"), { strength: "soft" }],
    ["RefreshCdnDir", { dirs: full(2, "/"), type: 1 }],
  ),
  submit(
    "URLs overseas",
    ["purge-url", UNICODE, { area: "overseas" }],
    ["RefreshCdnOverSeaUrl", { urls: UNICODE }],
  ),
  submit(
    "directories overseas",
    ["purge-directory", full(2, "/"), { area: "overseas" }],
    ["RefreshCdnOverSeaDir", { dirs: full(2, "/") }],
  ),
  query(
    "a task",
    { call: "GetCdnRefreshLog", id: "1533045796", state: { urls: 1 } },
    { taskId: "1533045796" },
  ),
  query(
    "a window of time",
    { call: "GetCdnRefreshLog", id: "t", state: { sinceMs: SINCE_MS, type: "1" } },
    { startDate: "2026-07-01 16:15:28", endDate: "2026-07-01 16:16:28" },
  ),
  query(
    "a day overseas",
    {
      call: "GetCdnOverseaRefreshLog",
      id: "t",
      state: { sinceMs: SINCE_MS, type: "0", date: "20260701" },
    },
    { date: "20260701" },
  ),
];
