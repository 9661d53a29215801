import type { BatchContent, HttpReply, JsonObject, Outcome, Task } from "@purgeline/core";
import { expectedRows } from "../shared/alibaba/expected-rows.ts";
import { failureOf, isSuccess } from "../shared/alibaba/failure-of.ts";
import { idList } from "../shared/alibaba/id-list.ts";
import { parseObject, textField } from "../shared/json.ts";
import { QUOTA_OF } from "./quota-of.ts";

/** Several comma-joined ids are several tasks: about one for each domain, one for each directory or pattern. */
export function decodeSubmit(reply: HttpReply, batch: BatchContent): Outcome {
  const body = parseObject(reply.body);
  const ids =
    body === null ? [] : idList(body, batch.lane === "prefetch-url" ? "PushTaskId" : "RefreshTaskId");
  if (body === null || !isSuccess(reply) || ids.length === 0) {
    return failureOf(reply, body, QUOTA_OF[batch.lane] ?? null);
  }
  const state = expectedRows(batch, ids.length);
  return {
    kind: "accepted",
    tasks: ids.map((id) => taskOf(id, state)),
    rejected: [],
    requestId: textField(body, "RequestId"),
  };
}

function taskOf(id: string, state: JsonObject | null): Task {
  return { call: "DescribeRefreshTaskById", id, ...(state === null ? {} : { state }) };
}
