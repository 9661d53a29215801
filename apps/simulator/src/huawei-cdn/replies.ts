import type { Answer } from "../kernel/index.ts";
import { answered, jsonReply } from "../shared/huawei/replies.ts";

/** The CDN's own errors come inside `error`, and with HTTP 200. */
export function cdnError(code: string, message: string): Answer {
  return answered(jsonReply(200, { error: { error_code: code, error_msg: message } }), code);
}

/** Bad parameters have no code of the CDN's that we know: the gateway's is what a client can go by. */
export function illegal(what: string): Answer {
  const body = { error: { error_code: "APIGW.0201", error_msg: `Bad request: ${what}` } };
  return answered(jsonReply(400, body), "APIGW.0201");
}
