import { randomUUID } from "node:crypto";
import type { Answer, Visit, WireReply } from "../kernel/index.ts";

/** What the API says when it says no: HTTP status, code, message. */
export type Refusal = readonly [status: number, code: string, message: string];

export function refuse({ request }: Visit, [status, code, message]: Refusal): Answer {
  const body = {
    RequestId: requestId(),
    HostId: request.headers.host ?? "",
    Code: code,
    Message: message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}`,
  };
  return { reply: jsonReply(status, body), outcome: code, accepted: [], taskIds: [] };
}

export function succeed(
  body: object,
  accepted: readonly string[] = [],
  taskIds: readonly string[] = [],
): Answer {
  return { reply: jsonReply(200, { ...body, RequestId: requestId() }), outcome: "ok", accepted, taskIds };
}

export const THROTTLED: Refusal = [400, "Throttling.User", "Request was denied due to user flow control."];

export function missing(name: string): Refusal {
  const message = `The input parameter "${name}" that is mandatory for processing this request is not supplied.`;
  return [400, "MissingParameter", message];
}

/** The general code of the platform for a value that no code of the operation's own covers. */
export function invalid(name: string): Refusal {
  return [400, "InvalidParameter", `The specified parameter ${name} is not valid.`];
}

function jsonReply(status: number, body: object): WireReply {
  return {
    status,
    headers: { "content-type": "application/json;charset=utf-8" },
    body: JSON.stringify(body),
  };
}

function requestId(): string {
  return randomUUID().toUpperCase();
}
