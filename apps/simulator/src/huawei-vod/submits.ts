import type { Json, JsonObject, Lane } from "@purgeline/core";
import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import { bodyOf } from "../shared/huawei/json-body.ts";
import { jsonReply, newId } from "../shared/huawei/replies.ts";
import { illegalField, vodError } from "./replies.ts";

interface Wish {
  readonly lane: Lane;
  readonly field: string;
  readonly items: readonly string[];
}

/** The members that each call takes. */
const MEMBERS: Readonly<Record<string, readonly { readonly lane: Lane; readonly field: string }[]>> = {
  RefreshAsset: [
    { lane: "purge-media", field: "asset_id_list" },
    { lane: "purge-url", field: "urls" },
  ],
  CreatePreheatingAsset: [
    { lane: "prefetch-media", field: "asset_id" },
    { lane: "prefetch-url", field: "urls" },
  ],
};

/** RefreshAsset and CreatePreheatingAsset: check, count, take on. */
export function answerSubmit(visit: Visit, account: PlayedAccount): Answer {
  const { request, call } = visit;
  if (request.headers["content-type"]?.includes("application/json") !== true) {
    return vodError(403, "VOD.10059", "The content type is incorrect.");
  }
  const wish = readWish(bodyOf(request), call ?? "");
  if ("reply" in wish) return wish;
  const refusal = whyNotTaken(visit, account, wish);
  if (refusal !== null) return refusal;
  const limits = account.limits.lanes[wish.lane];
  const quotaClass = limits?.quota ?? null;
  if (
    quotaClass !== null &&
    !account.quota.take(quotaClass, wish.items.length * (limits?.unitsPerTarget ?? 1))
  ) {
    // The provider publishes no code for it: the number is invented, the words are what clients can go by.
    return vodError(403, "VOD.10099", `The daily quota of the tenant is used up: ${quotaClass}.`);
  }
  const id = newId();
  account.tasks.add(id, call ?? "", wish.items, { lane: wish.lane });
  return { reply: jsonReply(202, { task_id: id }), outcome: "ok", accepted: wish.items, taskIds: [id] };
}

/** The one member that is given. Both or none of them: what the provider does is unpublished, here it refuses. */
function readWish(body: JsonObject | null, call: string): Wish | Answer {
  const members = MEMBERS[call] ?? [];
  if (body === null) return illegalField("body");
  const known = members.map(({ field }) => field);
  const strange = Object.keys(body).find((field) => !known.includes(field));
  if (strange !== undefined) return illegalField(strange);
  const given = members.filter(({ field }) => body[field] !== undefined);
  const [member, second] = given;
  if (member === undefined || second !== undefined) return illegalField(known.join(","));
  const items = readItems(body[member.field], member.field);
  return items === null ? illegalField(member.field) : { ...member, items };
}

/** A list of texts, or the one text of `asset_id`; null: neither, or empty. */
function readItems(value: Json | undefined, field: string): readonly string[] | null {
  const list: readonly (Json | undefined)[] =
    field === "asset_id" ? [value] : Array.isArray(value) ? value : [];
  const texts = list.filter((item) => typeof item === "string" && item !== "");
  return texts.length === list.length && texts.length > 0 ? (texts as readonly string[]) : null;
}

function whyNotTaken(visit: Visit, account: PlayedAccount, { lane, field, items }: Wish): Answer | null {
  const limits = account.limits.lanes[lane];
  if (limits === undefined || items.length > limits.batch) return illegalField(field);
  if (items.some((item) => item.length > limits.urlChars)) return illegalField(field);
  const isUrl = field === "urls";
  if (isUrl && items.some((item) => !/^https?:\/\/[^/]/.test(item))) return illegalField(field);
  if (visit.refusedItem(items) === null) return null;
  if (isUrl) return vodError(400, "VOD.10062", "The resource does not exist.");
  if (lane === "purge-media") return vodError(403, "VOD.10061", "The asset state does not allow the update.");
  return vodError(403, "VOD.10060", "The asset is not published.");
}
