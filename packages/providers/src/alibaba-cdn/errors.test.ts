import type { BatchContent, Lane, Task } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { errorReplies, LISTED_ERRORS, meaningOf, meaningToQuery } from "../shared/alibaba/listed-errors.ts";
import { alibabaCdn } from "./index.ts";

const { decode, poll, quota } = alibabaCdn;
const byId: Task = { call: "DescribeRefreshTaskById", id: "1" };
const batchOf = (lane: Lane): BatchContent => ({ lane, items: ["https://a.test/1"], options: {} });

describe("the code that the CDN refuses with", () => {
  it.each(LISTED_ERRORS)("%s (HTTP %i) means %s to a submit and to a query", (code, status, meaning) => {
    for (const reply of errorReplies(code, status)) {
      const submitted = [decode(reply, batchOf("purge-url")), decode(reply, batchOf("prefetch-url"))];
      const asked = [
        poll.decode(reply, [byId]),
        poll.decode(reply, [{ ...byId, call: "DescribeRefreshTasks" }]),
        quota?.decode("DescribeRefreshQuota", reply) ?? { kind: "no quota codec" },
      ];
      expect(submitted.map(meaningOf)).toEqual(submitted.map(() => meaning));
      expect(asked.map(meaningOf)).toEqual(asked.map(() => meaningToQuery(code, meaning)));
      for (const answer of [...submitted, ...asked])
        expect(answer).toMatchObject({ code, message: "m", requestId: "r-1" });
    }
  });

  it.each<[Lane, string]>([
    ["purge-url", "url"],
    ["purge-directory", "directory"],
    ["purge-pattern", "pattern"],
    ["purge-ignore-params", "ignoreParams"],
    ["prefetch-url", "prefetch"],
  ])("QuotaExceeded.Refresh on %s says that its %s are spent", (lane, quotaClass) => {
    for (const reply of errorReplies("QuotaExceeded.Refresh", 400)) {
      expect(decode(reply, batchOf(lane))).toMatchObject({
        kind: "quota",
        class: quotaClass,
        doubtful: false,
      });
    }
  });

  it("is none on the page of a broken proxy: what came of the call is unknown", () => {
    const page = { status: 502, headers: { "content-type": "text/html" }, body: "<h1>502 Bad Gateway</h1>" };
    const answers = [decode(page, batchOf("purge-url")), poll.decode(page, [byId])];
    for (const answer of answers) expect(answer).toMatchObject({ kind: "ambiguous", code: "HTTP502" });
  });
});
