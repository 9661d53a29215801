import type { CallContext, HttpReply, HttpRequest, PollAnswer, Task } from "@purgeline/core";
import { requestIdOf } from "../shared/huawei/failure.ts";
import { percentEncode } from "../shared/huawei/signature.ts";
import { successOf } from "./decode.ts";
import { queryFailure } from "./failure.ts";
import { pageOf, progressOf } from "./progress.ts";
import { enterpriseProject, requestOf } from "./request.ts";
import { PAGE_SIZE } from "./table.ts";

export function encodeQuery([task]: readonly [Task, ...Task[]], call: CallContext): HttpRequest {
  const path = `/v1.0/cdn/historytasks/${percentEncode(task.id)}/detail`;
  const query = { ...enterpriseProject(call), page_size: PAGE_SIZE, page_number: pageOf(task) };
  return requestOf("GET", path, query, null, call);
}

export function decodeQuery(reply: HttpReply, [task]: readonly [Task, ...Task[]]): PollAnswer {
  const body = successOf(reply);
  if (body !== null) {
    return { kind: "progress", tasks: [progressOf(task, body)], requestId: requestIdOf(reply, body) };
  }
  const failure = queryFailure(reply);
  // What an unknown task is answered with is unpublished: where the path is gone, the task may be, and that is no end.
  if (reply.status !== 404 || failure.kind !== "ambiguous") return failure;
  return { kind: "progress", tasks: [{ rows: [], next: [task] }], requestId: failure.requestId };
}
