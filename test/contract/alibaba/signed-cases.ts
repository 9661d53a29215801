import type { IntentOptions, Lane, Task } from "@purgeline/core";
import type { ApiCall } from "./ask.ts";
import type { Product } from "./settings.ts";

/** What our adapter is asked to send, and the same in the vendor's words, written by hand and not by the adapter. */
export interface SignedCase {
  readonly name: string;
  readonly product: Product;
  readonly ours: Submit | Query | QuotaQuery;
  readonly theirs: ApiCall;
}

interface Submit {
  readonly kind: "submit";
  readonly lane: Lane;
  readonly items: readonly string[];
  readonly options: Partial<IntentOptions>;
}

interface Query {
  readonly kind: "query";
  readonly tasks: readonly [Task, ...Task[]];
}

interface QuotaQuery {
  readonly kind: "quota";
  readonly call: string;
}

const ONE = ["https://cdn.example.com/index.html"];
const UNICODE = ["https://cdn.example.com/中文/ёж/🦔.png", "https://münchen.example/straße?q=é\u0301"];
/** Everything that some encoder treats in its own way: reserved characters, escapes in either case, spaces, `+`. */
const RESERVED = [
  "https://cdn.example.com/a b+c~d*e!f'g(h)i;j:k@l&m=n$o,p",
  "https://cdn.example.com/%2F%7e%7E%20%zz?x=1&x=2&&y=%26#no",
  'https://cdn.example.com/<>"{}|\\^`[]?',
];
const FULL = Array.from(
  { length: 1_000 },
  (_, n) => `https://cdn.example.com/中 ${n}/a+b~!*'().js?x=1&y=${n}`,
);
const MEDIA = Array.from({ length: 20 }, (_, n) => `ca3a8f6e4957b65806709586${String(n).padStart(8, "0")}`);
const URL_SETS = { "one URL": ONE, unicode: UNICODE, "reserved characters": RESERVED };

const cdn = { version: "2018-05-10", method: "POST" } as const;
const vod = { version: "2017-03-21", method: "POST" } as const;

function submit(lane: Lane, items: readonly string[], options: Partial<IntentOptions> = {}): Submit {
  return { kind: "submit", lane, items, options };
}

function query(call: string, ids: readonly [string, ...string[]], state: Task["state"] = {}): Query {
  const [first, ...rest] = ids;
  return { kind: "query", tasks: [{ call, id: first, state }, ...rest.map((id) => ({ call, id, state }))] };
}

/** A refresh of the CDN: the items joined by line feeds, in a form. */
function refresh(
  lane: Lane,
  items: readonly string[],
  type: string,
  options: Partial<IntentOptions> = {},
  Force?: boolean,
): Pick<SignedCase, "product" | "ours" | "theirs"> {
  const params = {
    ObjectPath: items.join("\n"),
    ObjectType: type,
    ...(Force === undefined ? {} : { Force }),
  };
  const theirs = { ...cdn, action: "RefreshObjectCaches", place: "form", params } as const;
  return { product: "alibaba-cdn", ours: submit(lane, items, options), theirs };
}

const PREFETCH_OPTIONS = {
  area: "overseas",
  own: { l2Preload: true, withHeader: { "Accept-Encoding": ["gzip", "br;q=0.5"], "X-Note": ["a'b*c 中"] } },
};
const PREFETCH_PARAMS = {
  Area: "overseas",
  L2Preload: true,
  WithHeader: '{"Accept-Encoding":["gzip","br;q=0.5"],"X-Note":["a\'b*c 中"]}',
};
const MEDIA_OPTIONS = {
  own: {
    formats: ["m3u8", "mp4"],
    definitions: ["HD", "LD"],
    streamType: ["video"],
    resultType: "Multiple",
    sliceFlag: true,
    sliceCount: 20,
    userData: { Extend: { localId: "本地 1*~+%" } },
  },
};
const MEDIA_PARAMS = {
  Formats: "m3u8,mp4",
  Definitions: "HD,LD",
  StreamType: "video",
  ResultType: "Multiple",
  SliceFlag: true,
  SliceCount: 20,
  UserData: '{"Extend":{"localId":"本地 1*~+%"}}',
};

function prefetch(items: readonly string[], options = {}, params = {}): Omit<SignedCase, "name"> {
  // As a form, which the page allows; the vendor's own package fills the query, see the vectors of the adapter's folder.
  const theirs = {
    ...cdn,
    action: "PushObjectCache",
    place: "form",
    params: { ...params, ObjectPath: items.join("\n") },
  } as const;
  return { product: "alibaba-cdn", ours: submit("prefetch-url", items, options), theirs };
}

function vodUrls(
  lane: Lane,
  items: readonly string[],
  action: string,
  params: ApiCall["params"],
  options = {},
): Omit<SignedCase, "name"> {
  const all = { ...params, ObjectPath: items.join("\n") };
  return {
    product: "alibaba-vod",
    ours: submit(lane, items, options),
    theirs: { ...vod, action, place: "form", params: all },
  };
}

function media(lane: Lane, TaskType: string, items: readonly string[], options = {}, params = {}) {
  const all = { ...params, MediaIds: items.join(","), TaskType };
  const theirs = { ...vod, action: "RefreshMediaPlayUrls", place: "query", params: all } as const;
  return { product: "alibaba-vod", ours: submit(lane, items, options), theirs } as const;
}

function ask(product: Product, ours: Query | QuotaQuery, params: ApiCall["params"] = {}) {
  const action = ours.kind === "quota" ? ours.call : ours.tasks[0].call;
  const method = action === "GetMediaRefreshJobs" ? "GET" : "POST";
  const version = product === "alibaba-cdn" ? cdn.version : vod.version;
  return { product, ours, theirs: { version, method, action, place: "query", params } } as const;
}

function quota(call: string): QuotaQuery {
  return { kind: "quota", call };
}

const DIRECTORIES = Array.from({ length: 100 }, (_, n) => `https://cdn.example.com/图 ${n}/`);
const TEN: [string, ...string[]] = ["1", ...Array.from({ length: 9 }, (_, n) => `70422491${n}`)];

export const SIGNED_CASES: readonly SignedCase[] = [
  ...Object.entries(URL_SETS).flatMap(([what, items]) => [
    { name: `a refresh of ${what}`, ...refresh("purge-url", items, "File") },
    { name: `a prefetch of ${what}`, ...prefetch(items) },
    {
      name: `a refresh of ${what} at VOD`,
      ...vodUrls("purge-url", items, "RefreshVodObjectCaches", { ObjectType: "File" }),
    },
    {
      name: `a prefetch of ${what} at VOD`,
      ...vodUrls("prefetch-url", items, "PreloadVodObjectCaches", {}),
    },
  ]),
  { name: "a refresh of 1,000 URLs", ...refresh("purge-url", FULL, "File") },
  {
    name: "a hard refresh of 100 directories",
    ...refresh("purge-directory", DIRECTORIES, "Directory", {}, true),
  },
  {
    name: "a soft refresh of a directory",
    ...refresh("purge-directory", DIRECTORIES.slice(0, 1), "Directory", { strength: "soft" }, false),
  },
  {
    name: "a refresh by pattern",
    ...refresh("purge-pattern", ["https://cdn.example.com/.*(a|b)+\\.js$"], "Regex", {}, true),
  },
  {
    name: "a refresh that ignores parameters",
    ...refresh("purge-ignore-params", ["https://cdn.example.com/a.js?v=1"], "IgnoreParams", {}, true),
  },
  {
    name: "a prefetch of 100 URLs with every option",
    ...prefetch(
      FULL.slice(0, 100),
      { ...PREFETCH_OPTIONS, own: { ...PREFETCH_OPTIONS.own, queryHashkey: true, consistencyHash: false } },
      { ...PREFETCH_PARAMS, QueryHashkey: true, ConsistencyHash: false },
    ),
  },
  {
    name: "a query of one task",
    ...ask("alibaba-cdn", query("DescribeRefreshTaskById", ["704225667"]), { TaskId: "704225667" }),
  },
  {
    name: "a query of ten tasks",
    ...ask("alibaba-cdn", query("DescribeRefreshTaskById", TEN), { TaskId: TEN.join(",") }),
  },
  {
    name: "a page of a task list",
    ...ask("alibaba-cdn", query("DescribeRefreshTasks", ["704225667"], { page: 3 }), {
      TaskId: "704225667",
      PageNumber: 3,
      PageSize: 100,
    }),
  },
  {
    name: "a refresh of 1,000 URLs at VOD",
    ...vodUrls("purge-url", FULL, "RefreshVodObjectCaches", { ObjectType: "File" }),
  },
  {
    name: "a hard refresh of 100 directories at VOD",
    ...vodUrls("purge-directory", DIRECTORIES, "RefreshVodObjectCaches", {
      ObjectType: "Directory",
      Force: true,
    }),
  },
  ...(["Regex", "IgnoreParams"] as const).map((ObjectType) => ({
    name: `a refresh of type ${ObjectType} at VOD`,
    ...vodUrls(
      ObjectType === "Regex" ? "purge-pattern" : "purge-ignore-params",
      ["https://vod.example.com/.*(a|b)+\\.js$"],
      "RefreshVodObjectCaches",
      { ObjectType, Force: true },
    ),
  })),
  {
    name: "a prefetch of 1,000 URLs at VOD with every option",
    ...vodUrls("prefetch-url", FULL, "PreloadVodObjectCaches", PREFETCH_PARAMS, PREFETCH_OPTIONS),
  },
  { name: "a refresh of one media", ...media("purge-media", "Refresh", MEDIA.slice(0, 1)) },
  {
    name: "a refresh of 20 media with every option",
    ...media("purge-media", "Refresh", MEDIA, MEDIA_OPTIONS, MEDIA_PARAMS),
  },
  { name: "a prefetch of 20 media", ...media("prefetch-media", "Preload", MEDIA) },
  {
    name: "a query of a media job",
    ...ask("alibaba-vod", query("GetMediaRefreshJobs", ["41d465e3"]), { MediaRefreshJobId: "41d465e3" }),
  },
  {
    name: "a page of a task list of VOD",
    ...ask("alibaba-vod", query("DescribeVodRefreshTasks", ["9524"]), {
      TaskId: "9524",
      PageNumber: 1,
      PageSize: 50,
    }),
  },
  { name: "a query of the quota", ...ask("alibaba-cdn", quota("DescribeRefreshQuota")) },
  { name: "a query of the quota of VOD", ...ask("alibaba-vod", quota("DescribeVodRefreshQuota")) },
];
