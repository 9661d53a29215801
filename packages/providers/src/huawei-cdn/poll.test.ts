import type { HttpReply, JsonObject, Task } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { KEYS } from "../shared/huawei/sample-credentials.ts";
import { huaweiCdn } from "./index.ts";
import { settingsWith } from "./sample-account.ts";

const TASK: Task = { call: "ShowHistoryTaskDetails", id: "ff8080" };
const A = "https://cdn.example.com/a.mp4";
const B = "https://cdn.example.com/b.mp4";

const reply = (body: object, status = 200): HttpReply => ({
  status,
  headers: {},
  body: JSON.stringify(body),
});
const url = (name: string, status: string, more: JsonObject = {}) => ({ url: name, status, ...more });
const detail = (status: string, urls: readonly object[], total = urls.length) =>
  reply({ id: "ff8080", task_type: "REFRESH", status, urls, total });
const read = (given: HttpReply, task = TASK) => huaweiCdn.poll.decode(given, [task]);
const confirmed = (item: string) => ({ item, end: "confirmed", code: null, message: null });

describe("the query", () => {
  it("names task, page and enterprise project", () => {
    const settings = settingsWith(KEYS, { domainId: "d", enterpriseProjectId: "0" });
    const call = { settings, nowMs: 0, nonce: "", token: null };
    expect(huaweiCdn.poll.encode([{ ...TASK, state: { page: 2 } }], call).url).toBe(
      "https://cdn.myhuaweicloud.com/v1.0/cdn/historytasks/ff8080/detail?enterprise_project_id=0&page_size=1000&page_number=2",
    );
  });
});

describe("a task's detail", () => {
  it("ends each URL by its own word once the task is done, in any case of the letters", () => {
    const failed = url(B, "FAILED", { fail_classify: "ORIGIN_ERROR", fail_desc: "404 at the origin" });
    expect(read(detail("TASK_DONE", [url(A, "succeed"), failed]))).toMatchObject({
      tasks: [
        {
          rows: [
            confirmed(A),
            { item: B, end: "failed", code: "ORIGIN_ERROR", message: "404 at the origin" },
          ],
          next: [],
        },
      ],
    });
  });

  it("tells what is final of a task under way, and asks again", () => {
    expect(read(detail("task_inprocess", [url(A, "succeed"), url(B, "refreshing")]))).toMatchObject({
      tasks: [{ rows: [confirmed(A)], next: [TASK] }],
    });
  });

  it.each(["waiting", "processing", "refreshing", "preheating", "succeed_partly", ""])(
    "takes %j of a URL for no end, even in a task that is done",
    (word) => {
      expect(read(detail("task_done", [url(A, word)]))).toMatchObject({
        tasks: [{ rows: [], next: [TASK] }],
      });
    },
  );

  it.each([
    ["no list", reply({ status: "task_done" })],
    ["an empty list", detail("task_done", [])],
    ["no status", reply({ urls: [url(A, "succeed")] })],
    ["nothing", reply({})],
    ["a path that is gone", reply({ error_code: "CDN.0404", error_msg: "not found" }, 404)],
  ])("with %s is no end", (_, given) => {
    expect(read(given)).toMatchObject({ kind: "progress", tasks: [{ next: [TASK] }] });
  });

  it("is asked for page by page, the further ones only once it is done", () => {
    const page = Array.from({ length: 1_000 }, (_, index) => url(`${A}?${index}`, "succeed"));
    const second = { ...TASK, state: { page: 2 } };
    expect(read(detail("task_inprocess", page, 1_001))).toMatchObject({ tasks: [{ next: [TASK] }] });
    expect(read(detail("task_done", page, 1_001))).toMatchObject({ tasks: [{ next: [second] }] });
    expect(read(detail("task_done", [url(B, "succeed")], 1_001), second)).toMatchObject({
      tasks: [{ rows: [confirmed(B)], next: [] }],
    });
  });

  it.each([
    [200, { error: { error_code: "CDN.0004", error_msg: "no permission" } }, "refused"],
    [200, { error: { error_code: "CDN.0114", error_msg: "not activated" } }, "auth"],
    [429, { error_code: "APIGW.0308", error_msg: "limit:30,time:1 second" }, "throttled"],
    [404, { error_code: "APIGW.0101", error_msg: "no such API" }, "refused"],
    [502, {}, "ambiguous"],
  ])("with status %i and %j is a failure", (status, body, kind) => {
    expect(read(reply(body, status)).kind).toBe(kind);
  });
});

it.each(["CDN.0004", "CDN.0020", "CDN.0021"])(
  "a query that is answered with %s is refused alone: the key may purge",
  (code) => {
    const refused = reply({ error: { error_code: code, error_msg: "no permission" } });
    expect(huaweiCdn.quota?.decode("ShowQuota", refused)).toMatchObject({ kind: "refused", code });
    expect(read(refused)).toMatchObject({ kind: "refused", code });
  },
);

describe("the quota", () => {
  const told = (quotas: readonly object[]) => huaweiCdn.quota?.decode("ShowQuota", reply({ quotas }));

  it("is what is left of each class, and of nothing else", () => {
    const quotas = [
      { type: "file_refresh", quota_limit: 2_000, used: 1_990, user_domain_id: "d" },
      { type: "dir_refresh", quota_limit: "100", used: "120" },
      { type: "preheat", quota_limit: 500 },
      { type: "domain", quota_limit: 20, used: 1 },
      { type: "constructor", quota_limit: 20, used: 1 },
    ];
    expect(told(quotas)).toMatchObject({
      figures: [
        { class: "url", limit: 2_000, remaining: 10, batch: null },
        { class: "directory", limit: 100, remaining: 0, batch: null },
        { class: "prefetch", limit: 500, remaining: null, batch: null },
      ],
    });
  });

  it.each([
    ["no list", []],
    ["no number", [{ type: "preheat", quota_limit: "many", used: 1 }]],
    ["no count", [{ type: "preheat", quota_limit: -1, used: 0 }]],
  ])("with %s is nothing that can be read", (_, quotas) => {
    expect(told(quotas)).toMatchObject({ kind: "ambiguous" });
  });
});
