import type { JsonObject, Lane } from "@purgeline/core";
import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import { bodyOf } from "../shared/huawei/json-body.ts";
import { jsonReply, newId } from "../shared/huawei/replies.ts";
import { cdnError, illegal } from "./replies.ts";
import { urlsIn, wishOf } from "./routes.ts";

/** What each member may hold, beside the URLs. */
const SETTINGS: Readonly<Record<string, readonly unknown[]>> = {
  type: ["file", "directory"],
  mode: ["all", "detect_modify_refresh"],
  zh_url_encode: [true, false],
};

/** CreateRefreshTasks and CreatePreheatingTasks: check, count, take on. */
export function answerSubmit(visit: Visit, account: PlayedAccount): Answer {
  const { call, request } = visit;
  const wish = wishOf(bodyOf(request), call ?? "");
  const isPreheating = call === "CreatePreheatingTasks";
  const why = wish === null ? "no task in the body" : whyNotRead(wish, isPreheating);
  if (wish === null || why !== null) return illegal(why ?? "");
  const lane: Lane = isPreheating
    ? "prefetch-url"
    : wish.type === "directory"
      ? "purge-directory"
      : "purge-url";
  const urls = urlsIn(wish);
  const refusal = whyNotTaken(visit, account, lane, urls);
  if (refusal !== null) return refusal;
  const id = newId();
  const fileType = lane === "purge-directory" ? "directory" : "file";
  account.tasks.add(id, call ?? "", urls, { fileType });
  const member = isPreheating ? "preheating_task" : "refresh_task";
  return { reply: jsonReply(200, { [member]: id }), outcome: "ok", accepted: urls, taskIds: [id] };
}

function whyNotRead(wish: JsonObject, isPreheating: boolean): string | null {
  const { urls, ...settings } = wish;
  const known = isPreheating ? ["zh_url_encode"] : Object.keys(SETTINGS);
  for (const [name, value] of Object.entries(settings)) {
    if (!known.includes(name) || SETTINGS[name]?.includes(value) !== true) return name;
  }
  const isList = Array.isArray(urls) && urls.length > 0 && urlsIn(wish).length === urls.length;
  return isList && urlsIn(wish).every((url) => /^https?:\/\/[^/]/.test(url)) ? null : "urls";
}

function whyNotTaken(
  visit: Visit,
  account: PlayedAccount,
  lane: Lane,
  urls: readonly string[],
): Answer | null {
  const limits = account.limits.lanes[lane];
  if (limits === undefined || urls.length > limits.batch) return cdnError("CDN.0110", "Too many URLs.");
  if (urls.some((url) => url.length > limits.urlChars)) return illegal("a URL is too long");
  if (lane === "purge-directory" && urls.some((url) => !url.endsWith("/")))
    return illegal("a directory's end");
  if (visit.refusedItem(urls) !== null)
    return cdnError("CDN.0108", "The domain name does not belong to you.");
  const isLeft = limits.quota === null || account.quota.take(limits.quota, urls.length);
  return isLeft ? null : cdnError("CDN.0110", "The quota of the day is used up.");
}
