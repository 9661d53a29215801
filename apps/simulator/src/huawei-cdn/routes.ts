import type { CallName, JsonObject } from "@purgeline/core";
import type { WireRequest } from "../kernel/index.ts";
import type { Route } from "../shared/huawei/behind-gateway.ts";

const CALLS: ReadonlyMap<string, CallName> = new Map([
  ["POST /v1.0/cdn/content/refresh-tasks", "CreateRefreshTasks"],
  ["POST /v1.0/cdn/content/preheating-tasks", "CreatePreheatingTasks"],
  ["GET /v1.0/cdn/quota", "ShowQuota"],
]);

/** The operation behind a request line; null: there is none. */
export function routeOf(request: WireRequest): Route | null {
  const line = `${request.method} ${request.path.replace(/(?<=.)\/$/, "")}`;
  const call = taskIn(request) === null ? CALLS.get(line) : "ShowHistoryTaskDetails";
  return call === undefined ? null : { call, scopeId: null };
}

/** The task whose history a request line asks for; null: none. */
export function taskIn({ method, path }: WireRequest): string | null {
  const [, id] = /^\/v1\.0\/cdn\/historytasks\/([^/]+)\/detail\/?$/.exec(path) ?? [];
  return method === "GET" ? (id ?? null) : null;
}

/** The one member that a submit's body has: its settings and URLs; null: it is no object. */
export function wishOf(body: JsonObject | null, call: CallName): JsonObject | null {
  const wish = body?.[call === "CreatePreheatingTasks" ? "preheating_task" : "refresh_task"];
  return typeof wish === "object" && wish !== null && !Array.isArray(wish) ? (wish as JsonObject) : null;
}

/** The texts in a list of URLs. */
export function urlsIn(wish: JsonObject | null): readonly string[] {
  const urls = wish?.urls;
  return Array.isArray(urls) ? urls.filter((url) => typeof url === "string") : [];
}
