import type { BatchContent, HttpReply, JsonObject, Outcome } from "@purgeline/core";
import { errorIn, requestIdOf } from "../shared/huawei/failure.ts";
import { parseObject, textField } from "../shared/json.ts";
import { submitFailure } from "./failure.ts";

/** A success is a 2xx without an `error`: errors come with HTTP 200, too. */
export function successOf(reply: HttpReply): JsonObject | null {
  const body = parseObject(reply.body);
  const isSuccess = reply.status >= 200 && reply.status <= 299;
  return isSuccess && body !== null && errorIn(body) === null ? body : null;
}

export function decodeSubmit(reply: HttpReply, batch: BatchContent): Outcome {
  const body = successOf(reply);
  if (body === null) return submitFailure(reply, batch);
  const member = batch.lane === "prefetch-url" ? "preheating_task" : "refresh_task";
  const id = textField(body, member);
  const requestId = requestIdOf(reply, body);
  if (id === null || id === "") {
    return { kind: "ambiguous", code: "no-task-id", message: `accepted without a ${member}`, requestId };
  }
  return { kind: "accepted", tasks: [{ call: "ShowHistoryTaskDetails", id }], rejected: [], requestId };
}
