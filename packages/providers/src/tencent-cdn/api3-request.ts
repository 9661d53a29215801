import type {
  BatchContent,
  CallContext,
  CallName,
  HttpRequest,
  Json,
  JsonObject,
  Lane,
} from "@purgeline/core";
import { keysOf } from "./account.ts";
import { tc3Authorization } from "./tc3-signature.ts";

const ORIGIN = "https://cdn.tencentcloudapi.com";
const VERSION = "2018-06-06";

interface Submit {
  readonly call: CallName;
  parameters(items: readonly string[], options: JsonObject): JsonObject;
}

const urls = (items: readonly string[], options: JsonObject): JsonObject => ({ Urls: items, ...options });

const SUBMITS: Readonly<Partial<Record<Lane, Submit>>> = {
  "purge-url": { call: "PurgeUrlsCache", parameters: urls },
  "purge-directory": {
    call: "PurgePathCache",
    // FlushType is obligatory: `delete` drops everything, `flush` only what the origin changed.
    parameters: (items, options) => ({ Paths: items, FlushType: "delete", ...options }),
  },
  "prefetch-url": { call: "PushUrlsCache", parameters: urls },
};

export function encodeApi3({ lane, items, options }: BatchContent, call: CallContext): HttpRequest {
  const submit = SUBMITS[lane];
  if (submit === undefined) throw new Error(`tencent-cdn.encode: API 3.0 has no lane ${lane}`);
  return api3Request(submit.call, submit.parameters(items, options), call);
}

/** One signed call. Everything secret is in headers. */
export function api3Request(
  action: CallName,
  parameters: JsonObject,
  { settings, nowMs }: CallContext,
): HttpRequest {
  const keys = keysOf(settings);
  const url = new URL("/", settings.endpoint ?? ORIGIN);
  const body = JSON.stringify(parameters satisfies Json);
  const contentType = "application/json";
  const timestamp = Math.floor(nowMs / 1000);
  const authorization = tc3Authorization({ contentType, hostname: url.hostname, body, timestamp }, keys);
  return {
    method: "POST",
    url: url.href,
    headers: {
      "content-type": contentType,
      "x-tc-action": action,
      "x-tc-version": VERSION,
      "x-tc-timestamp": String(timestamp),
      ...(settings.region === null ? {} : { "x-tc-region": settings.region }),
      ...(keys.securityToken === null ? {} : { "x-tc-token": keys.securityToken }),
      authorization,
    },
    body,
  };
}
