import type { CallContext, CallName, HttpRequest, Provider } from "@purgeline/core";
import { decodeQuota } from "../shared/alibaba/quota-figures.ts";
import { signedRequest } from "../shared/alibaba/signed-request.ts";
import { isShanghai, vodHost } from "./api-host.ts";
import { VOD_VERSION } from "./encode.ts";

/** Like the URL-based operations, whose spending it tells, documented for cn-shanghai only (VOD3). */
export const vodQuota: NonNullable<Provider["quota"]> = {
  calls: ({ region }) => (isShanghai(region) ? ["DescribeVodRefreshQuota"] : []),
  encode: encodeQuota,
  decode: (_call, reply) => decodeQuota(reply),
};

function encodeQuota(action: CallName, call: CallContext): HttpRequest {
  const host = vodHost(call.settings.region);
  return signedRequest(
    { action, version: VOD_VERSION, host, method: "POST", place: "query", params: {} },
    call,
  );
}
