import type { BatchContent, CallContext, HttpRequest, JsonObject } from "@purgeline/core";
import { enterpriseProject, requestOf } from "./request.ts";

export function encodeSubmit(batch: BatchContent, call: CallContext): HttpRequest {
  const { path, body } = submitOf(batch);
  return requestOf("POST", `/v1.0/cdn/content/${path}`, enterpriseProject(call), JSON.stringify(body), call);
}

/** `mode` is a directory's; the provider's default, all, is what an intent without a strength means. */
function submitOf({ lane, items, options }: BatchContent): {
  readonly path: string;
  readonly body: JsonObject;
} {
  switch (lane) {
    case "purge-url":
      return { path: "refresh-tasks", body: { refresh_task: { type: "file", ...options, urls: items } } };
    case "purge-directory":
      return {
        path: "refresh-tasks",
        body: { refresh_task: { type: "directory", mode: "all", ...options, urls: items } },
      };
    case "prefetch-url":
      return { path: "preheating-tasks", body: { preheating_task: { ...options, urls: items } } };
    default:
      throw new Error(`huawei-cdn.encode: no lane ${lane}`);
  }
}
