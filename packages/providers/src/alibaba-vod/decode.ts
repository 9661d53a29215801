import type { BatchContent, HttpReply, JsonObject, Outcome, Rejection, Task } from "@purgeline/core";
import { expectedRows } from "../shared/alibaba/expected-rows.ts";
import { failureOf, isSuccess } from "../shared/alibaba/failure-of.ts";
import { idList } from "../shared/alibaba/id-list.ts";
import { parseObject, textField } from "../shared/json.ts";
import { QUOTA_OF } from "./quota-of.ts";

export function decodeSubmit(reply: HttpReply, batch: BatchContent): Outcome {
  const body = parseObject(reply.body);
  if (body !== null && isSuccess(reply)) {
    const accepted = batch.lane.endsWith("-media") ? mediaOutcome(body, batch) : urlOutcome(body, batch);
    if (accepted !== null) return accepted;
  }
  return failureOf(reply, body, QUOTA_OF[batch.lane] ?? null);
}

/** Partial failure is a 200: ids that do not exist or are another's come in two lists, the rest is processed. */
function mediaOutcome(body: JsonObject, batch: BatchContent): Outcome | null {
  const unknown = rejections(body, batch.items, "NonExistMediaIds", "There is no media with this id.");
  const known = without(batch.items, unknown);
  const forbidden = rejections(
    body,
    known,
    "ForbiddenMediaIds",
    "The account may not operate on this media.",
  );
  const media = without(known, forbidden);
  const rejected = [...unknown, ...forbidden];
  const requestId = textField(body, "RequestId");
  if (media.length === 0) return { kind: "accepted", tasks: [], rejected, requestId };
  const job = textField(body, "MediaRefreshJobId")?.trim() ?? "";
  if (job === "") return null;
  // A poll does not see the batch: the task remembers whose rows are still to come.
  const task: Task = { call: "GetMediaRefreshJobs", id: job, state: { media } };
  return { kind: "accepted", tasks: [task], rejected, requestId };
}

function rejections(
  body: JsonObject,
  items: readonly string[],
  code: string,
  message: string,
): readonly Rejection[] {
  const listed = new Set(idList(body, code));
  return items.filter((item) => listed.has(item)).map((item) => ({ item, code, message }));
}

function without(items: readonly string[], rejected: readonly Rejection[]): readonly string[] {
  const refused = new Set(rejected.map((rejection) => rejection.item));
  return items.filter((item) => !refused.has(item));
}

function urlOutcome(body: JsonObject, batch: BatchContent): Outcome | null {
  const ids = idList(body, batch.lane === "prefetch-url" ? "PreloadTaskId" : "RefreshTaskId");
  if (ids.length === 0) return null;
  const state = expectedRows(batch, ids.length);
  return {
    kind: "accepted",
    tasks: ids.map((id) => ({ call: "DescribeVodRefreshTasks", id, ...(state === null ? {} : { state }) })),
    rejected: [],
    requestId: textField(body, "RequestId"),
  };
}
