import type { BatchContent, CallContext, HttpRequest, JsonObject } from "@purgeline/core";
import { requestOf } from "./request.ts";

/** `v1` for refreshing, `v1.0` for preheating: the provider's own inconsistency. */
export const REFRESH_PATH = (projectId: string): string => `/v1/${projectId}/asset/refresh`;
export const PREHEATING_PATH = (projectId: string): string => `/v1.0/${projectId}/asset/preheating`;

export function encodeSubmit(batch: BatchContent, call: CallContext): HttpRequest {
  const path = batch.lane.startsWith("prefetch") ? PREHEATING_PATH : REFRESH_PATH;
  return requestOf("POST", path, JSON.stringify(members(batch)), call);
}

/** Exactly one member: which of two would win is published nowhere. */
function members({ lane, items }: BatchContent): JsonObject {
  switch (lane) {
    case "purge-media":
      return { asset_id_list: items };
    case "purge-url":
    case "prefetch-url":
      return { urls: items };
    case "prefetch-media":
      if (items.length > 1)
        throw new Error(`huawei-vod.encode: ${items.length} asset ids, the call has room for 1`);
      return { asset_id: items[0] };
    default:
      throw new Error(`huawei-vod.encode: no lane ${lane}`);
  }
}
