import type { Answer } from "../kernel/index.ts";
import { answered, jsonReply } from "../shared/huawei/replies.ts";

/** The service's own errors. */
export function vodError(status: number, code: string, message: string): Answer {
  return answered(jsonReply(status, { error_code: code, error_msg: message }), code);
}

export function illegalField(field: string): Answer {
  return vodError(400, "VOD.10053", `The request parameter is illegal, illegal field: {${field}}.`);
}
