import { randomUUID } from "node:crypto";
import type { Answer, Visit, WireReply } from "../kernel/index.ts";

/** What the API says when it says no: HTTP status, code, message. */
export type Refusal = readonly [status: number, code: string, message: string];

/** Of the gateway in front of the service: a page, not the API's JSON. */
export function refuseTooLong(): Answer {
  const body =
    "<html><body><center><h1>413 Request Entity Too Large</h1></center><hr>Powered by Tengine</body></html>";
  const reply = { status: 413, headers: { "content-type": "text/html" }, body };
  return { reply, outcome: "HTTP413", accepted: [], taskIds: [] };
}

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
