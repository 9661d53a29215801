import type { CallContext, CallName, HttpRequest, Provider } from "@purgeline/core";
import { decodeQuota } from "../shared/alibaba/quota-figures.ts";
import { signedRequest } from "../shared/alibaba/signed-request.ts";
import { cdnHost } from "./api-host.ts";
import { CDN_VERSION } from "./encode.ts";

/** What is left of the account's day, other tools' spending included. */
export const cdnQuota: NonNullable<Provider["quota"]> = {
  calls: () => ["DescribeRefreshQuota"],
  encode: encodeQuota,
  decode: (_call, reply) => decodeQuota(reply),
};

function encodeQuota(action: CallName, call: CallContext): HttpRequest {
  const host = cdnHost(call.settings.region);
  return signedRequest(
    { action, version: CDN_VERSION, host, method: "POST", place: "query", params: {} },
    call,
  );
}
