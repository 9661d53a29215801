import type {
  CallContext,
  CallName,
  HttpReply,
  HttpRequest,
  Json,
  JsonObject,
  Lane,
  ListedRow,
  Listing,
  LookupAnswer,
  Provider,
} from "@purgeline/core";
import { isObject, parseObject, textField } from "../json.ts";
import { isSuccess } from "./failure-of.ts";
import { queryFailure } from "./query-failure.ts";
import { taskLines, totalCount } from "./refresh-rows.ts";
import { signedRequest } from "./signed-request.ts";

/** What differs between the two products' lists of tasks by time. */
export interface TaskList {
  readonly call: CallName;
  readonly version: string;
  readonly pageSize: number;
  /** By which its tasks are asked for once they are known. */
  readonly pollCall: CallName;
  host(region: string | null): string;
  /** Values of the parameter ObjectType that its page states. */
  readonly types: readonly string[];
}

/** How rows name what a lane sends. Of ignored parameters no page says it: they are what no other word stands for. */
const TYPE_OF: Readonly<Partial<Record<Lane, string>>> = {
  "purge-url": "file",
  "purge-directory": "directory",
  "purge-pattern": "regex",
  "prefetch-url": "preload",
};
const OTHERS: readonly string[] = [...Object.values(TYPE_OF), "block", "unblock"];

/** Lost answers are looked up in the list of a time, all of its pages: one listing serves many batches. */
export function lookupIn(list: TaskList): NonNullable<Provider["lookup"]> {
  return {
    encode: (listing, call) => encodeListing(list, listing, call),
    decode: (reply, listing) => decodeListing(list, reply, listing),
  };
}

function encodeListing(list: TaskList, listing: Listing, call: CallContext): HttpRequest {
  const type = TYPE_OF[listing.lane] ?? "";
  const params = {
    StartTime: isoSecond(Math.floor(listing.fromMs / 1000)),
    EndTime: isoSecond(Math.ceil(listing.untilMs / 1000)),
    ...(list.types.includes(type) ? { ObjectType: type } : {}),
    PageNumber: String(numberIn(listing.state, "page") ?? 1),
    PageSize: String(list.pageSize),
  };
  const { version } = list;
  const host = list.host(call.settings.region);
  return signedRequest({ action: list.call, version, host, method: "POST", place: "query", params }, call);
}

function isoSecond(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function decodeListing(list: TaskList, reply: HttpReply, listing: Listing): LookupAnswer {
  const body = parseObject(reply.body);
  if (body === null || !isSuccess(reply) || body.Code !== undefined) return queryFailure(reply, body);
  const lines = taskLines(body.Tasks);
  const rows = lines.flatMap((line) => rowOf(list, listing.lane, line));
  return {
    kind: "listed",
    rows,
    next: pageAfter(list, listing, body, lines.length),
    requestId: textField(body, "RequestId"),
  };
}

function rowOf({ pollCall }: TaskList, lane: Lane, line: Json): readonly ListedRow[] {
  if (!isObject(line)) return [];
  const item = textField(line, "ObjectPath");
  const id = textField(line, "TaskId") ?? "";
  const createdAtMs = Date.parse(textField(line, "CreationTime") ?? "");
  if (item === null || id === "" || Number.isNaN(createdAtMs)) return [];
  const word = textField(line, "ObjectType")?.toLowerCase() ?? "";
  const type = TYPE_OF[lane];
  const isOurs = type === undefined ? !OTHERS.includes(word) : word === type;
  return isOurs ? [{ item, taskId: id, createdAtMs, task: { call: pollCall, id } }] : [];
}

/** A service may cap its pages below what was asked: how many rows came so far tells whether there are more. */
function pageAfter(list: TaskList, { state }: Listing, body: JsonObject, lines: number): JsonObject | null {
  const told = (numberIn(state, "told") ?? 0) + lines;
  const total = totalCount(body);
  const hasMore = lines > 0 && (total === null ? lines >= list.pageSize : told < total);
  return hasMore ? { page: (numberIn(state, "page") ?? 1) + 1, told } : null;
}

function numberIn(state: JsonObject | undefined, name: string): number | null {
  const value = state?.[name];
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}
