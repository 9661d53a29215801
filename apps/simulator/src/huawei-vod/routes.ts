import type { CallName, JsonObject } from "@purgeline/core";
import type { WireRequest } from "../kernel/index.ts";
import type { Route } from "../shared/huawei/behind-gateway.ts";

/** `v1` and `v1.0` as the provider has them: each path exists under one of them only. */
const PATHS: Readonly<Record<string, CallName>> = {
  "POST v1 refresh": "RefreshAsset",
  "GET v1 refresh": "ShowRefreshResult",
  "POST v1.0 preheating": "CreatePreheatingAsset",
  "GET v1.0 preheating": "ShowPreheatingAsset",
};

/** The operation behind a request line; null: there is none. */
export function routeOf({ method, path }: WireRequest): Route | null {
  const [, version, projectId, verb] = /^\/(v1|v1\.0)\/([^/]+)\/asset\/([a-z]+)\/?$/.exec(path) ?? [];
  const call = PATHS[`${method} ${version} ${verb}`];
  return call === undefined || projectId === undefined ? null : { call, scopeId: projectId };
}

/** Every asset id and URL that a body names, in whichever member. */
export function itemsOf(body: JsonObject | null): readonly string[] {
  if (body === null) return [];
  const named = [body.asset_id, body.asset_id_list, body.urls].flat();
  return named.filter((value) => typeof value === "string");
}
