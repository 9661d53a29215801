import { afterEach, describe, expect, it } from "vitest";
import { sdksOf } from "./ask.ts";
import { COMPLETE_MS, type Played, play } from "./play.ts";
import { keysOf } from "./settings.ts";

let played: Played | null = null;
afterEach(async () => {
  await played?.sim.close();
  played = null;
});

const URLS = ["https://vod.example.com/中文/a b+c~d*!'().mp4?x=1&y=%2F", "https://vod.example.com/🦔.m3u8"];
const MEDIA = ["ca3a8f6e4957b658067095869a", "1f1a6fc03ca04814031b8a6559e7"];
const REQUEST_ID = expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
const ID = expect.stringMatching(/^\d+$/);
const USER_DATA = '{"Extend":{"localId":"本地 1*~+%"}}';

describe.each(sdksOf("alibaba-vod").map((sdk) => [sdk.name, sdk] as const))("%s", (_name, sdk) => {
  it.each(["Refresh", "Preload"])(
    "submits media as a job to %s, and follows its tasks to their end",
    async (TaskType) => {
      played = await play("alibaba-vod", sdk);
      const submitted = await played.ask("RefreshMediaPlayUrls", {
        MediaIds: [...MEDIA, "nonexist1", "forbidden1"].join(","),
        TaskType,
        Formats: "mp4,m3u8",
        Definitions: "HD",
        StreamType: "video",
        ResultType: "Multiple",
        SliceFlag: true,
        SliceCount: 2,
        UserData: USER_DATA,
      });
      expect(submitted).toEqual({
        MediaRefreshJobId: expect.stringMatching(/^[0-9a-f]{32}$/),
        NonExistMediaIds: "nonexist1",
        ForbiddenMediaIds: "forbidden1",
        RequestId: REQUEST_ID,
      });
      const MediaRefreshJobId = String(submitted.MediaRefreshJobId);
      played.sim.clock.advance(COMPLETE_MS);
      const { MediaRefreshJobs: jobs } = await played.ask("GetMediaRefreshJobs", { MediaRefreshJobId });
      expect(jobs).toEqual(
        MEDIA.map((MediaId) => ({ ...JOB, MediaRefreshJobId, MediaId, TaskType, UserData: USER_DATA })),
      );
      const [first, ...others] = jobs as readonly { TaskIds: string; SuccessPlayUrls: string }[];
      // Both formats, and two slices of the one that has any.
      expect([first, ...others].map((job) => job?.SuccessPlayUrls.split(",").length)).toEqual([4, 4]);
      const answer = await played.ask("DescribeVodRefreshTasks", {
        TaskId: first?.TaskIds.split(",")[0] ?? "",
      });
      expect(rowsOf(answer)).toContainEqual(row(first?.SuccessPlayUrls.split(",")[0] ?? "", "Complete"));
      expect(new Set(rowsOf(answer).map(({ Status }) => Status))).toEqual(new Set(["Complete"]));
    },
  );

  it("asks for one media of a job", async () => {
    played = await play("alibaba-vod", sdk);
    const { MediaRefreshJobId } = await played.ask("RefreshMediaPlayUrls", {
      MediaIds: MEDIA.join(","),
      TaskType: "Refresh",
    });
    played.sim.clock.advance(COMPLETE_MS);
    const only = { MediaRefreshJobId: String(MediaRefreshJobId), MediaId: MEDIA[1] ?? "" };
    const { MediaRefreshJobs } = await played.ask("GetMediaRefreshJobs", only);
    expect(MediaRefreshJobs).toEqual([expect.objectContaining(only)]);
  });

  it.each([
    ["RefreshVodObjectCaches", "RefreshTaskId", { ObjectType: "File" }, URLS],
    [
      "RefreshVodObjectCaches",
      "RefreshTaskId",
      { ObjectType: "Directory", Force: true },
      ["https://vod.example.com/图/"],
    ],
    [
      "RefreshVodObjectCaches",
      "RefreshTaskId",
      { ObjectType: "Regex" },
      ["https://vod.example.com/.*\\.ts$"],
    ],
    [
      "RefreshVodObjectCaches",
      "RefreshTaskId",
      { ObjectType: "IgnoreParams", Force: false },
      ["https://vod.example.com/a?v=1"],
    ],
    ["PreloadVodObjectCaches", "PreloadTaskId", { Area: "domestic", L2Preload: false }, URLS],
  ])("submits URLs to %s (%s, %j) and sees them complete", async (action, field, options, items) => {
    played = await play("alibaba-vod", sdk);
    const submitted = await played.ask(action, { ...options, ObjectPath: items.join("\n") });
    expect(submitted).toEqual({ [field]: ID, RequestId: REQUEST_ID });
    const TaskId = String(submitted[field]);
    const early = await played.ask("DescribeVodRefreshTasks", { TaskId });
    expect(rowsOf(early)).toEqual(items.map((item) => row(item, "Refreshing")));
    played.sim.clock.advance(COMPLETE_MS);
    const late = await played.ask("DescribeVodRefreshTasks", { TaskId, PageNumber: 1, PageSize: 50 });
    expect(late).toEqual({
      Tasks: { Task: items.map((item) => row(item, "Complete")) },
      PageNumber: 1,
      PageSize: 50,
      TotalCount: items.length,
      RequestId: REQUEST_ID,
    });
  });

  it("reads what is left of the day's quota", async () => {
    played = await play("alibaba-vod", sdk);
    await played.ask("RefreshVodObjectCaches", { ObjectPath: URLS.join("\n") });
    const { UrlQuota, UrlRemain, ...others } = await played.ask("DescribeVodRefreshQuota");
    expect(Number(UrlQuota) - Number(UrlRemain)).toBe(URLS.length);
    const number = expect.stringMatching(/^\d+$/);
    expect(others).toEqual({
      DirQuota: number,
      DirRemain: number,
      PreloadQuota: number,
      PreloadRemain: number,
      BlockQuota: number,
      blockRemain: number,
      RequestId: REQUEST_ID,
    });
  });

  it("is served with a session token", async () => {
    played = await play("alibaba-vod", sdk, keysOf("secret", "CAIS+/==AbC~*% '()!"));
    const job = await played.ask("RefreshMediaPlayUrls", { MediaIds: MEDIA.join(","), TaskType: "Refresh" });
    const { MediaRefreshJobs } = await played.ask("GetMediaRefreshJobs", {
      MediaRefreshJobId: String(job.MediaRefreshJobId),
    });
    expect(MediaRefreshJobs).toEqual(expect.any(Array));
  });
});

const LOCAL_TIME = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);

/** A line of a job; the vendor's package of VOD declares every field a text. */
const JOB = {
  Status: "success",
  FilterPolicy: expect.stringMatching(/^\{.*\}$/),
  TaskIds: expect.stringMatching(/^\d+(,\d+)*$/),
  SuccessPlayUrls: expect.stringMatching(/^https?:/),
  ErrorCode: "",
  ErrorMessage: "",
  GmtCreate: LOCAL_TIME,
  GmtModified: LOCAL_TIME,
};

function row(ObjectPath: string, Status: string): object {
  return {
    TaskId: ID,
    ObjectPath,
    ObjectType: expect.stringMatching(/^(?:file|directory|regex|ignoreparams|preload)$/),
    Status,
    Process: expect.stringMatching(/^\d+(?:\.\d+)?%$/),
    CreationTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    Description: "",
  };
}

function rowsOf(answer: Readonly<Record<string, unknown>>): readonly { readonly Status: string }[] {
  return (answer.Tasks as { readonly Task: readonly { readonly Status: string }[] }).Task;
}
