import type { BatchContent, HttpReply, Outcome } from "@purgeline/core";
import { errorIn, failureOf, requestIdOf } from "../shared/huawei/failure.ts";
import { parseObject, textField } from "../shared/json.ts";
import { SERVICE_CODES } from "./errors.ts";
import { HUAWEI_VOD_TABLE } from "./table.ts";

/** Any 2xx with a task id is an acceptance: the pages say 202, older copies 200. */
export function decodeSubmit(reply: HttpReply, batch: BatchContent): Outcome {
  const body = parseObject(reply.body);
  const spends = HUAWEI_VOD_TABLE.lanes[batch.lane]?.quota ?? null;
  if (reply.status < 200 || reply.status > 299 || body === null || errorIn(body) !== null) {
    return failureOf(reply, { codes: SERVICE_CODES, spends });
  }
  const id = textField(body, "task_id");
  const requestId = requestIdOf(reply, body);
  if (id === null || id === "") {
    return { kind: "ambiguous", code: "no-task-id", message: "accepted without a task_id", requestId };
  }
  const call = batch.lane.startsWith("prefetch") ? "ShowPreheatingAsset" : "ShowRefreshResult";
  // A query does not see the batch: a list shorter than it is not yet whole.
  const state = { targets: batch.items.length, ...(batch.lane.endsWith("-media") ? { media: true } : {}) };
  return { kind: "accepted", tasks: [{ call, id, state }], rejected: [], requestId };
}
