import { afterEach, describe, expect, it } from "vitest";
import { sdksOf } from "./ask.ts";
import { COMPLETE_MS, type Played, play } from "./play.ts";
import { keysOf } from "./settings.ts";

let played: Played | null = null;
afterEach(async () => {
  await played?.sim.close();
  played = null;
});

const URLS = [
  "https://cdn.example.com/中文/a b+c~d*!'().js?x=1&y=%2F",
  "https://cdn.example.com/🦔.png",
  "http://img.example.com/index.html",
];
const REQUEST_ID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;
const IDS = expect.stringMatching(/^\d+(,\d+)*$/);

/** A row as the SDK's model declares it: every field a text. */
function row(ObjectPath: string, ObjectType: string, Status: string, Process: string): object {
  return {
    TaskId: expect.stringMatching(/^\d+$/),
    ObjectPath,
    ObjectType,
    Status,
    Process,
    CreationTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    Description: "",
  };
}

describe.each(sdksOf("alibaba-cdn").map((sdk) => [sdk.name, sdk] as const))("%s", (_name, sdk) => {
  it.each([
    ["File", URLS, "file"],
    ["Directory", ["https://cdn.example.com/图/", "http://img.example.com/"], "directory"],
    ["Regex", ["https://cdn.example.com/.*(a|b)+\\.js$"], "regex"],
    ["IgnoreParams", ["https://cdn.example.com/a.js?v=1"], "ignoreparams"],
  ])("refreshes objects of type %s and sees them complete", async (ObjectType, items, kind) => {
    played = await play("alibaba-cdn", sdk);
    const ObjectPath = items.join("\n");
    const submitted = await played.ask("RefreshObjectCaches", { ObjectPath, ObjectType, Force: true });
    expect(submitted).toEqual({ RefreshTaskId: IDS, RequestId: expect.stringMatching(REQUEST_ID) });
    expect(played.sim.ledger.since(0, 9)).toMatchObject([{ call: "RefreshObjectCaches", accepted: items }]);
    await seeComplete(played, String(submitted.RefreshTaskId), items, kind);
  });

  it("prefetches with every option and sees the objects complete", async () => {
    played = await play("alibaba-cdn", sdk);
    const submitted = await played.ask("PushObjectCache", {
      ObjectPath: URLS.join("\r\n"),
      Area: "overseas",
      L2Preload: true,
      WithHeader: '{"Accept-Encoding":["gzip"]}',
    });
    expect(submitted).toEqual({ PushTaskId: IDS, RequestId: expect.stringMatching(REQUEST_ID) });
    expect(played.sim.ledger.since(0, 9)).toMatchObject([{ call: "PushObjectCache", accepted: URLS }]);
    await seeComplete(played, String(submitted.PushTaskId), URLS, "preload");
  });

  it("prefetches 100 URLs of 1,000 characters at once, which is a query of 100 KB", async () => {
    played = await play("alibaba-cdn", sdk);
    const items = Array.from({ length: 100 }, (_, n) => `https://cdn.example.com/${n}/`.padEnd(1_000, "x*"));
    await played.ask("PushObjectCache", { ObjectPath: items.join("\n") });
    expect(played.sim.ledger.since(0, 9)).toMatchObject([{ accepted: items }]);
  });

  it("refreshes 1,000 URLs at once, and reads the list of tasks page by page and filtered", async () => {
    played = await play("alibaba-cdn", sdk);
    const items = Array.from({ length: 1_000 }, (_, n) => `https://cdn.example.com/中 ${n}`);
    await played.ask("RefreshObjectCaches", { ObjectPath: items.join("\n") });
    await played.ask("RefreshObjectCaches", { ObjectPath: "http://img.example.com/1" });
    const page = await played.ask("DescribeRefreshTasks", {
      DomainName: "cdn.example.com",
      ObjectType: "file",
      Status: "Refreshing",
      PageNumber: 10,
      PageSize: 100,
    });
    expect(page).toEqual({
      Tasks: { CDNTask: items.slice(900).map((url) => row(url, "file", "Refreshing", expect.any(String))) },
      PageNumber: 10,
      PageSize: 100,
      TotalCount: 1_000,
      RequestId: expect.stringMatching(REQUEST_ID),
    });
    expect(
      await played.ask("DescribeRefreshTasks", { ObjectPath: "http://img.example.com/1" }),
    ).toMatchObject({
      Tasks: { CDNTask: [{ ObjectPath: "http://img.example.com/1" }] },
      PageNumber: 1,
      PageSize: 20,
      TotalCount: 1,
    });
  });

  it("reads what is left of the day's quota", async () => {
    played = await play("alibaba-cdn", sdk);
    await played.ask("RefreshObjectCaches", { ObjectPath: URLS.join("\n"), ObjectType: "File" });
    await played.ask("PushObjectCache", { ObjectPath: URLS.join("\n") });
    const number = expect.stringMatching(/^\d+$/);
    expect(await played.ask("DescribeRefreshQuota")).toEqual({
      UrlQuota: "10000",
      UrlRemain: "9997",
      DirQuota: "100",
      DirRemain: "100",
      PreloadQuota: "1000",
      PreloadRemain: "997",
      RegexQuota: "20",
      RegexRemain: "20",
      IgnoreParamsQuota: "100",
      IgnoreParamsRemain: "100",
      PreloadEdgeQuota: number,
      PreloadEdgeRemain: number,
      BlockQuota: number,
      BlockRemain: number,
      RequestId: expect.stringMatching(REQUEST_ID),
    });
  });

  it("is served with a session token", async () => {
    played = await play("alibaba-cdn", sdk, keysOf("secret", "CAIS+/==AbC~*% '()!"));
    const { RefreshTaskId } = await played.ask("RefreshObjectCaches", { ObjectPath: URLS.join("\n") });
    expect(RefreshTaskId).toEqual(IDS);
  });
});

/** As the SDK's users do it: all ids in one query, until nothing is on its way. */
async function seeComplete(
  { ask, sim }: Played,
  TaskId: string,
  items: readonly string[],
  kind: string,
): Promise<void> {
  const rows = async (): Promise<object> => {
    const { Tasks, TotalCount } = await ask("DescribeRefreshTaskById", { TaskId });
    expect(TotalCount).toBe(items.length);
    return Tasks as object;
  };
  const open = expect.stringMatching(/^(?:Pending|Refreshing)$/);
  expect(await rows()).toEqual(
    items.map((item) => row(item, kind, open, expect.stringMatching(/^\d+(?:\.\d+)?%$/))),
  );
  sim.clock.advance(COMPLETE_MS);
  expect(await rows()).toEqual(items.map((item) => row(item, kind, "Complete", "100%")));
}
