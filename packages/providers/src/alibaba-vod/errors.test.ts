import type { BatchContent, Failure, HttpReply, Lane, Outcome, Task } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { errorReplies, LISTED_ERRORS, meaningOf, meaningToQuery } from "../shared/alibaba/listed-errors.ts";
import { alibabaVod } from "./index.ts";

const LANES: Readonly<Record<string, string>> = {
  "purge-media": "url",
  "prefetch-media": "prefetch",
  "purge-url": "url",
  "purge-directory": "directory",
  "purge-pattern": "pattern",
  "purge-ignore-params": "ignoreParams",
  "prefetch-url": "prefetch",
};
const QUERIES: readonly Task[] = [
  { call: "GetMediaRefreshJobs", id: "job", state: { media: ["m1"] } },
  { call: "DescribeVodRefreshTasks", id: "7", state: { media: { m1: ["7 abcdefgh"] } } },
  { call: "DescribeVodRefreshTasks", id: "7" },
];

function submitted(lane: string, reply: HttpReply): Outcome {
  const batch: BatchContent = { lane: lane as Lane, items: ["m1"], options: {} };
  return alibabaVod.decode(reply, batch);
}

function asked(reply: HttpReply): readonly ({ readonly kind: string } | Failure)[] {
  return QUERIES.map((task) => alibabaVod.poll.decode(reply, [task]));
}

function askedForQuota(reply: HttpReply): { readonly kind: string } | Failure {
  return alibabaVod.quota?.decode("DescribeVodRefreshQuota", reply) ?? { kind: "no quota codec" };
}

describe("the code that VOD refuses with", () => {
  it.each(LISTED_ERRORS)(
    "%s (HTTP %i) means %s on every lane and to every query",
    (code, status, meaning) => {
      for (const reply of errorReplies(code, status)) {
        for (const [lane, spent] of Object.entries(LANES)) {
          const outcome = submitted(lane, reply);
          expect([lane, meaningOf(outcome)]).toEqual([lane, meaning]);
          if (outcome.kind === "quota") expect([lane, outcome.class]).toEqual([lane, spent]);
        }
        const answers = [...asked(reply), askedForQuota(reply)];
        expect(answers.map(meaningOf)).toEqual(answers.map(() => meaningToQuery(code, meaning)));
      }
    },
  );

  it("is none on the page of a broken proxy: what came of the call is unknown", () => {
    const page = { status: 502, headers: { "content-type": "text/html" }, body: "<h1>502 Bad Gateway</h1>" };
    for (const answer of [submitted("purge-media", page), ...asked(page), askedForQuota(page)]) {
      expect(answer).toMatchObject({ kind: "ambiguous", code: "HTTP502" });
    }
  });
});
