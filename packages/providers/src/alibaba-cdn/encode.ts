import type { BatchContent, CallContext, HttpRequest } from "@purgeline/core";
import { hasForce } from "../shared/alibaba/neutral-options.ts";
import { objectTypeOf } from "../shared/alibaba/object-type.ts";
import { paramsOf } from "../shared/alibaba/params-of.ts";
import { signedRequest } from "../shared/alibaba/signed-request.ts";
import { cdnHost } from "./api-host.ts";

export const CDN_VERSION = "2018-05-10";

/** Both submits go as a form: 100 prefetches of 1,000 characters would be a query of 103 KB. */
export function encodeSubmit(batch: BatchContent, call: CallContext): HttpRequest {
  const objectType = objectTypeOf(batch.lane);
  return signedRequest(
    {
      action: objectType === null ? "PushObjectCache" : "RefreshObjectCaches",
      version: CDN_VERSION,
      host: cdnHost(call.settings.region),
      method: "POST",
      place: "form",
      params: {
        ...(hasForce(batch.lane) ? { Force: "true" } : {}),
        ...paramsOf(batch.options),
        ObjectPath: batch.items.join("\n"),
        ...(objectType === null ? {} : { ObjectType: objectType }),
      },
    },
    call,
  );
}
