import type { BatchContent, CallContext, HttpRequest, Lane } from "@purgeline/core";
import { hasForce } from "../shared/alibaba/neutral-options.ts";
import { paramsOf } from "../shared/alibaba/params-of.ts";
import { signedRequest } from "../shared/alibaba/signed-request.ts";
import { cdnHost } from "./api-host.ts";

export const CDN_VERSION = "2018-05-10";

const OBJECT_TYPE: Readonly<Partial<Record<Lane, string>>> = {
  "purge-url": "File",
  "purge-directory": "Directory",
  "purge-pattern": "Regex",
  "purge-ignore-params": "IgnoreParams",
};

/** Both submits go as a form: 100 prefetches of 1,000 characters would be a query of 103 KB. */
export function encodeSubmit(batch: BatchContent, call: CallContext): HttpRequest {
  const objectType = OBJECT_TYPE[batch.lane];
  return signedRequest(
    {
      action: objectType === undefined ? "PushObjectCache" : "RefreshObjectCaches",
      version: CDN_VERSION,
      host: cdnHost(call.settings.region),
      method: "POST",
      place: "form",
      params: {
        ...(hasForce(batch.lane) ? { Force: "true" } : {}),
        ...paramsOf(batch.options),
        ObjectPath: batch.items.join("\n"),
        ...(objectType === undefined ? {} : { ObjectType: objectType }),
      },
    },
    call,
  );
}
