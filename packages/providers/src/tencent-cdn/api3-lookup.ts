import type {
  CallContext,
  CallName,
  HttpReply,
  HttpRequest,
  JsonObject,
  ListedRow,
  Listing,
  LookupAnswer,
} from "@purgeline/core";
import { objectList, textField } from "../shared/json.ts";
import { noRightToAsk } from "../shared/no-right-to-ask.ts";
import { ABOUT_RIGHTS } from "./api3-errors.ts";
import { CAREFUL_PAGE, LARGEST_PAGE } from "./api3-poll.ts";
import { openApi3 } from "./api3-reply.ts";
import { api3Request } from "./api3-request.ts";
import { beijingTime, parseBeijingTime } from "./beijing-time.ts";

/** Records of a time, all pages of them: one per URL, with the id of its task. */
export function encodeApi3Listing(listing: Listing, call: CallContext): HttpRequest {
  const { offset, limit } = pageOf(listing);
  const parameters = {
    StartTime: beijingTime(Math.floor(listing.fromMs / 1000) * 1000),
    EndTime: beijingTime(Math.ceil(listing.untilMs / 1000) * 1000),
    ...filtersOf(listing),
    Limit: limit,
    Offset: offset,
  };
  return api3Request(callOf(listing), parameters, call);
}

function callOf({ lane }: Listing): CallName {
  return lane === "prefetch-url" ? "DescribePushTasks" : "DescribePurgeTasks";
}

/** Of a push to `global` it is not known which area its records name; a purge without an area went to its domain's own. */
function filtersOf({ lane, options }: Listing): JsonObject {
  const area = options.Area === undefined || options.Area === "global" ? {} : { Area: options.Area };
  if (lane === "prefetch-url") return area;
  return { PurgeType: lane === "purge-directory" ? "path" : "url", ...area };
}

export function decodeApi3Listing(reply: HttpReply, response: JsonObject, listing: Listing): LookupAnswer {
  const answer = openApi3(reply, response, null);
  const page = pageOf(listing);
  if (!answer.ok) {
    const failure = noRightToAsk(answer.failure, (code) => ABOUT_RIGHTS.has(code));
    // How large a page may be is unpublished.
    const mayBeLimit = failure.kind === "poisoned" && page.limit > CAREFUL_PAGE;
    if (!mayBeLimit) return failure;
    return { kind: "listed", rows: [], next: { ...page, limit: CAREFUL_PAGE }, requestId: failure.requestId };
  }
  const isPush = listing.lane === "prefetch-url";
  const records = objectList(answer.response, isPush ? "PushLogs" : "PurgeLogs");
  return {
    kind: "listed",
    rows: records.flatMap((record) => rowOf(listing, record)),
    next: pageAfter(page, records.length, answer.response),
    requestId: answer.requestId,
  };
}

function rowOf(listing: Listing, record: JsonObject): readonly ListedRow[] {
  const { lane, options } = listing;
  const item = textField(record, "Url");
  const id = textField(record, "TaskId") ?? "";
  const createdAtMs = parseBeijingTime(textField(record, "CreateTime") ?? "");
  if (item === null || id === "" || createdAtMs === null) return [];
  // `flush` drops only what the origin changed: it covers no `delete`.
  const flushType = textField(record, "FlushType") || null;
  if (lane === "purge-directory" && flushType !== null && flushType !== (options.FlushType ?? "delete"))
    return [];
  const state = options.Area === "global" ? { state: { isGlobal: true } } : {};
  return [{ item, taskId: id, createdAtMs, task: { call: callOf(listing), id, ...state } }];
}

interface Page {
  readonly offset: number;
  readonly limit: number;
}

function pageOf({ state }: Listing): Page {
  const { offset, limit } = state ?? {};
  return {
    offset: typeof offset === "number" ? offset : 0,
    limit: typeof limit === "number" ? limit : LARGEST_PAGE,
  };
}

function pageAfter({ offset, limit }: Page, records: number, response: JsonObject): JsonObject | null {
  const total = Number(textField(response, "TotalCount") ?? Number.NaN);
  const told = offset + records;
  const hasMore = records > 0 && (Number.isSafeInteger(total) ? told < total : records >= limit);
  return hasMore ? { offset: told, limit } : null;
}
