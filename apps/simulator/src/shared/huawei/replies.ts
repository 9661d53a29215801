import { randomBytes } from "node:crypto";
import type { Json } from "@purgeline/core";
import type { Answer, WireReply } from "../../kernel/index.ts";

/** Ids of requests and tasks have 32 hexadecimal characters. */
export function newId(): string {
  return randomBytes(16).toString("hex");
}

export function jsonReply(status: number, body: Json, headers: WireReply["headers"] = {}): WireReply {
  return {
    status,
    headers: { "content-type": "application/json", "x-request-id": newId(), ...headers },
    body: JSON.stringify(body),
  };
}

/** A reply that takes on no item. */
export function answered(reply: WireReply, outcome = "ok"): Answer {
  return { reply, outcome, accepted: [], taskIds: [] };
}

/** The API gateway's errors carry the request's id in the body, too. */
export function gatewayError(status: number, code: string, message: string): Answer {
  const requestId = newId();
  const body = { error_msg: message, error_code: code, request_id: requestId };
  return answered(jsonReply(status, body, { "x-request-id": requestId }), code);
}
