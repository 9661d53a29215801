import type {
  CallContext,
  HttpReply,
  HttpRequest,
  JsonObject,
  ListedRow,
  Listing,
  LookupAnswer,
} from "@purgeline/core";
import { objectList, textField } from "../shared/json.ts";
import { beijingDay, beijingTime, parseBeijingTime } from "./beijing-time.ts";
import { saysNoRecord } from "./v2-errors.ts";
import { HOME_LOG, OVERSEAS_LOG, urlsOf } from "./v2-log.ts";
import { openV2 } from "./v2-reply.ts";
import { v2Request } from "./v2-request.ts";

/**
 * The log of a time has no pages and no task ids: what it names is asked for by its time. The overseas log knows days
 * only, and a time may reach into the next one.
 */
export function encodeV2Listing(listing: Listing, call: CallContext): HttpRequest {
  if (isAbroad(listing)) return v2Request(OVERSEAS_LOG, [["date", dayOf(listing)]], call);
  const own = [
    ["startDate", beijingTime(Math.floor(listing.fromMs / 1000) * 1000)],
    ["endDate", beijingTime(Math.ceil(listing.untilMs / 1000) * 1000)],
  ] as const;
  return v2Request(HOME_LOG, own, call);
}

function isAbroad({ options }: Listing): boolean {
  return options.Area === "overseas";
}

function dayOf({ fromMs, state }: Listing): string {
  return typeof state?.date === "string" ? state.date : beijingDay(fromMs);
}

export function decodeV2Listing(reply: HttpReply, body: JsonObject, listing: Listing): LookupAnswer {
  const answer = openV2(reply, body, null);
  if (!answer.ok && !saysNoRecord(answer.failure.message)) return answer.failure;
  const lastDay = beijingDay(listing.untilMs);
  const next = isAbroad(listing) && dayOf(listing) !== lastDay ? { date: lastDay } : null;
  const records = answer.ok ? objectList(answer.data, "logs") : [];
  return {
    kind: "listed",
    rows: records.flatMap((record) => rowsOf(listing, record)),
    next,
    requestId: null,
  };
}

function rowsOf(listing: Listing, record: JsonObject): readonly ListedRow[] {
  const datetime = textField(record, "datetime") ?? "";
  const createdAtMs = parseBeijingTime(datetime);
  const type = listing.lane === "purge-directory" ? "1" : "0";
  if (createdAtMs === null || (textField(record, "type") ?? type) !== type) return [];
  const state = { sinceMs: createdAtMs, type };
  const id = `${datetime} ${type}`;
  const task = isAbroad(listing)
    ? { call: OVERSEAS_LOG, id, state: { ...state, date: beijingDay(createdAtMs) } }
    : { call: HOME_LOG, id, state };
  return urlsOf(record).map((item) => ({ item, taskId: null, createdAtMs, task }));
}
