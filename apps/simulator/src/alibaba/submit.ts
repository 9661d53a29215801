import type { Lane, LaneLimits } from "@purgeline/core";
import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import { addTasks } from "./add-tasks.ts";
import { listed, missing } from "./codes.ts";
import type { ApiRequest } from "./read-call.ts";
import { type Refusal, refuse, refuseTooLong, succeed } from "./replies.ts";
import { whyNotParams } from "./submit-params.ts";
import { hostOf, type Kind, type TaskIds } from "./task-ids.ts";

interface Kinds {
  readonly lane: Lane;
  readonly kind: Kind;
}

const PREFETCH: Kinds = { lane: "prefetch-url", kind: "preload" };

/** By ObjectType. `ExQuery` is the SDK's word for what the page calls IgnoreParams. */
const OF_TYPE: ReadonlyMap<string, Kinds> = new Map<string, Kinds>([
  ["File", { lane: "purge-url", kind: "file" }],
  ["Directory", { lane: "purge-directory", kind: "directory" }],
  ["Regex", { lane: "purge-pattern", kind: "regex" }],
  ["IgnoreParams", { lane: "purge-ignore-params", kind: "ignoreparams" }],
  ["ExQuery", { lane: "purge-ignore-params", kind: "ignoreparams" }],
]);

/** The field of the answer that carries the ids. */
const ID_FIELD: Readonly<Record<string, string>> = {
  RefreshObjectCaches: "RefreshTaskId",
  RefreshVodObjectCaches: "RefreshTaskId",
  PushObjectCache: "PushTaskId",
  PreloadVodObjectCaches: "PreloadTaskId",
};

/** Checks a submit of URLs in the service's order, books its quota and makes its tasks. */
export function answerSubmit(
  visit: Visit,
  account: PlayedAccount,
  { params }: ApiRequest,
  ids: TaskIds,
): Answer {
  const field = ID_FIELD[visit.call ?? ""] ?? "";
  const kinds = field === "RefreshTaskId" ? OF_TYPE.get(params.get("ObjectType") ?? "File") : PREFETCH;
  const limits = kinds === undefined ? undefined : account.limits.lanes[kinds.lane];
  if (visit.items.length === 0) return refuse(visit, missing("ObjectPath"));
  if (kinds === undefined || limits === undefined)
    return refuse(visit, listed("InvalidObjectType.ValueNotSupported"));
  // No page states how much a form may hold; what the account is configured with is held.
  if (visit.request.body.length > limits.bodyBytes) return refuseTooLong();
  const refusal =
    whyNotParams(params) ?? whyNotPaths(visit.items, kinds, limits) ?? whyNotNow(visit, account, limits);
  if (refusal !== null) return refuse(visit, refusal);
  const taskIds = [...new Set(addTasks(visit, account, kinds.kind, visit.items, ids))];
  return succeed({ [field]: taskIds.join(",") }, visit.items, taskIds);
}

function whyNotPaths(items: readonly string[], { lane }: Kinds, limits: LaneLimits): Refusal | null {
  if (items.length > limits.batch) {
    const message = `The size of ObjectPath is bigger than ${limits.batch}.`;
    return listed("InvalidObjectPath.Size.Malformed", message);
  }
  if (items.some((item) => hostOf(item) === "" || item.length > limits.urlChars))
    return listed("InvalidObjectPath.Malformed");
  if (lane === "purge-directory" && items.some((item) => !item.endsWith("/")))
    return listed("InvalidObjectPath.Malformed");
  const hosts = new Set(items.map(hostOf));
  if ([...hosts].some((host) => host.includes("*"))) {
    return listed("InvalidExtensiveDomain.ValueNotSupported");
  }
  if (limits.domains === null || hosts.size <= limits.domains) return null;
  // No page names the code for too many domains; this is the one for too much in a request.
  const message = `A maximum of ${limits.domains} domain names is allowed in a request.`;
  return listed("SingleRequest.OverLimit", message);
}

/** What depends on the account's state; the quota last, since asking for it takes it. */
function whyNotNow(visit: Visit, account: PlayedAccount, limits: LaneLimits): Refusal | null {
  const { items } = visit;
  if (visit.refusedItem(items) !== null) {
    return listed("InvalidDomain.NotFound");
  }
  const perHost = [...Map.groupBy(items, hostOf)].map(
    ([host, own]) => [`${limits.call} ${host}`, own.length] as const,
  );
  const most = limits.perDomainPerMinute;
  if (most !== null && perHost.some(([key, count]) => account.windows.lastMinute(key) + count > most)) {
    return listed("QuotaPerMinuteExceeded.Refresh");
  }
  if (limits.quota !== null && !account.quota.take(limits.quota, items.length * limits.unitsPerTarget)) {
    // Prefetches are refused with the same code.
    return listed("QuotaExceeded.Refresh");
  }
  if (most !== null) for (const [key, count] of perHost) account.windows.add(key, count);
  return null;
}
