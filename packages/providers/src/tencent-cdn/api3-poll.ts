import type {
  CallContext,
  HttpReply,
  HttpRequest,
  Json,
  JsonObject,
  PollAnswer,
  Progress,
  Row,
  Task,
} from "@purgeline/core";
import { entryOf } from "../shared/entry-of.ts";
import { objectList, textField } from "../shared/json.ts";
import { openApi3 } from "./api3-reply.ts";
import { api3Request } from "./api3-request.ts";
import { finalRows, type Log } from "./row-url.ts";

/*
 * A task keeps one record per URL; a query takes one task id and a page of its records. The
 * largest page is unpublished (default 20; its EdgeOne successor takes 1,000). So the first
 * query asks for 1,000, a full batch in one call. A refusal of that is answered with pages of
 * 100; a shorter page than asked for tells the server's own size. While a page holds an open
 * record only that page is asked again; the others follow, all at once, when it is through.
 */

const LARGEST_PAGE = 1_000;
const CAREFUL_PAGE = 100;
/** The provider's default: no server gives less. */
const SMALLEST_PAGE = 20;

const ENDS: Readonly<Record<string, Row["end"]>> = {
  done: "confirmed",
  fail: "failed",
  // Push only: the origin answered 4xx or 5xx.
  invalid: "failed",
};

/** The part of a task's records that one `Task` stands for. */
interface Page {
  readonly offset: number;
  /** One past the last record; null: to the end, whatever TotalCount says then. */
  readonly end: number | null;
  readonly limit: number;
  /** URLs submitted: fewer records than that are not the whole task. */
  readonly urls: number;
  /** Records that the task can have at all: a total beyond that is not about it. */
  readonly most: number;
}

export function encodeApi3Poll(task: Task, call: CallContext): HttpRequest {
  const { offset, limit } = pageOf(task);
  return api3Request(task.call, { TaskId: task.id, Limit: limit, Offset: offset }, call);
}

export function decodeApi3Poll(reply: HttpReply, response: JsonObject, task: Task): PollAnswer {
  const answer = openApi3(reply, response, null);
  const page = pageOf(task);
  if (!answer.ok) {
    const { failure } = answer;
    const mayBeLimit = failure.kind === "poisoned" && page.limit > CAREFUL_PAGE;
    if (!mayBeLimit) return failure;
    const smaller = withPage(task, { ...page, limit: CAREFUL_PAGE });
    return { kind: "progress", tasks: [{ rows: [], next: [smaller] }], requestId: failure.requestId };
  }
  const name = task.call === "DescribePushTasks" ? "PushLogs" : "PurgeLogs";
  const logs = objectList(answer.response, name).map(logOf);
  const progress = { rows: finalRows(logs), next: nextPages(task, page, logs, answer.response) };
  return { kind: "progress", tasks: [progress satisfies Progress], requestId: answer.requestId };
}

function logOf(record: JsonObject): Log {
  const word = textField(record, "Status") ?? "";
  return { url: textField(record, "Url") ?? "", word, end: entryOf(ENDS, word.toLowerCase()) };
}

function nextPages(task: Task, page: Page, logs: readonly Log[], response: JsonObject): readonly Task[] {
  if (logs.length === 0 || logs.some(({ end }) => end === null)) return [task];
  const told = page.offset + logs.length;
  const total = Number(textField(response, "TotalCount") ?? Number.NaN);
  const known = Number.isSafeInteger(total) ? Math.min(total, page.most) : told;
  const end = page.end ?? Math.max(known, page.urls);
  const isCut = logs.length < page.limit && told < known;
  const limit = isCut ? Math.max(SMALLEST_PAGE, logs.length) : page.limit;
  const pages: Task[] = [];
  for (let offset = told; offset < end; offset += limit) {
    pages.push(withPage(task, { ...page, offset, end: Math.min(offset + limit, end), limit }));
  }
  return pages;
}

function pageOf({ state }: Task): Page {
  const whole = (value: Json | undefined): number | null =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
  const urls = whole(state?.urls) ?? 0;
  return {
    offset: whole(state?.offset) ?? 0,
    end: whole(state?.end),
    limit: whole(state?.limit) || LARGEST_PAGE,
    urls,
    // A global push may keep two records per URL.
    most: whole(state?.most) ?? Math.max(LARGEST_PAGE, urls * 2),
  };
}

function withPage({ call, id, state }: Task, { offset, end, limit }: Page): Task {
  const { end: _whole, ...kept } = state ?? {};
  return { call, id, state: { ...kept, offset, ...(end === null ? {} : { end }), limit } };
}
