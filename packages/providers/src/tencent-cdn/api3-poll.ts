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
import { noRightToAsk } from "../shared/no-right-to-ask.ts";
import { ABOUT_RIGHTS } from "./api3-errors.ts";
import { openApi3 } from "./api3-reply.ts";
import { api3Request } from "./api3-request.ts";
import { type AreaLog, areaLog, type HalfDone, halfDoneOf, readBothAreas } from "./both-areas.ts";
import { finalRows, type Log } from "./row-url.ts";

/*
 * A task keeps one record per URL; a query takes one task id and a page of its records. The
 * largest page is unpublished (default 20; its EdgeOne successor takes 1,000). So the first
 * query asks for 1,000, a full batch in one call. A refusal of that is answered with pages of
 * 100; a shorter page than asked for tells the server's own size. While a page holds an open
 * record only that page is asked again; the others follow, all at once, when it is through.
 * Those of a push to `global` follow one by one, since each needs to know what the others told.
 */

export const LARGEST_PAGE = 1_000;
export const CAREFUL_PAGE = 100;
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
    const failure = noRightToAsk(answer.failure, (code) => ABOUT_RIGHTS.has(code));
    const mayBeLimit = failure.kind === "poisoned" && page.limit > CAREFUL_PAGE;
    if (!mayBeLimit) return failure;
    const smaller = withPage(task, { ...page, limit: CAREFUL_PAGE });
    return { kind: "progress", tasks: [{ rows: [], next: [smaller] }], requestId: failure.requestId };
  }
  const name = task.call === "DescribePushTasks" ? "PushLogs" : "PurgeLogs";
  const records = objectList(answer.response, name);
  const read = task.state?.isGlobal === true ? readGlobal : readPlain;
  const progress = read(task, page, records, answer.response);
  return { kind: "progress", tasks: [progress], requestId: answer.requestId };
}

function readPlain(task: Task, page: Page, records: readonly JsonObject[], response: JsonObject): Progress {
  const logs = records.map(logOf);
  return { rows: finalRows(logs), next: nextPages(task, page, logs, response) };
}

function readGlobal(task: Task, page: Page, records: readonly JsonObject[], response: JsonObject): Progress {
  const logs = records.map((record) => areaLog(logOf(record), textField(record, "Area")));
  const { rows, halfDone } = readBothAreas(logs, halfDoneOf(task.state?.halfDone));
  return { rows, next: [nextOfGlobal(task, page, logs, response, halfDone)] };
}

function logOf(record: JsonObject): Log {
  const word = textField(record, "Status") ?? "";
  return { url: textField(record, "Url") ?? "", word, end: entryOf(ENDS, word.toLowerCase()) };
}

function nextPages(task: Task, page: Page, logs: readonly Log[], response: JsonObject): readonly Task[] {
  if (logs.length === 0 || logs.some(({ end }) => end === null)) return [task];
  const { told, known, limit } = extentOf(page, logs.length, response);
  const end = page.end ?? Math.max(known, page.urls);
  const pages: Task[] = [];
  for (let offset = told; offset < end; offset += limit) {
    pages.push(withPage(task, { ...page, offset, end: Math.min(offset + limit, end), limit }));
  }
  return pages;
}

/**
 * Whether the second area's records are yet to come cannot be told from the number of the first one's:
 * there is no last page, and the batch ends with its last target. The list is read from its start again
 * when it has grown beyond every total that was told before, so that reading it comes to an end.
 */
function nextOfGlobal(
  task: Task,
  page: Page,
  logs: readonly AreaLog[],
  response: JsonObject,
  halfDone: HalfDone,
): Task {
  if (logs.some(({ end }) => end === null)) return task;
  const { told, known, limit } = extentOf(page, logs.length, response);
  const before = wholeOf(task.state?.listed) ?? 0;
  const goOn = (offset: number, listed: number): Task =>
    withPage({ ...task, state: { ...task.state, halfDone, listed } }, { ...page, offset, limit });
  if (logs.length > 0 && told < Math.max(known, page.urls)) {
    return goOn(told, page.offset === 0 ? Math.max(before, known) : before);
  }
  return page.offset > 0 && known > before ? goOn(0, known) : task;
}

/** One past the page's last record, the records that there are, and the size of the next page. */
function extentOf(
  page: Page,
  count: number,
  response: JsonObject,
): { readonly told: number; readonly known: number; readonly limit: number } {
  const told = page.offset + count;
  const total = Number(textField(response, "TotalCount") ?? Number.NaN);
  const known = Number.isSafeInteger(total) ? Math.min(total, page.most) : told;
  const isCut = count > 0 && count < page.limit && told < known;
  return { told, known, limit: isCut ? Math.max(SMALLEST_PAGE, count) : page.limit };
}

function wholeOf(value: Json | undefined): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function pageOf({ state }: Task): Page {
  const urls = wholeOf(state?.urls) ?? 0;
  return {
    offset: wholeOf(state?.offset) ?? 0,
    end: wholeOf(state?.end),
    limit: wholeOf(state?.limit) || LARGEST_PAGE,
    urls,
    // A global push may keep two records per URL.
    most: wholeOf(state?.most) ?? Math.max(LARGEST_PAGE, urls * 2),
  };
}

function withPage({ call, id, state }: Task, { offset, end, limit }: Page): Task {
  const { end: _whole, ...kept } = state ?? {};
  return { call, id, state: { ...kept, offset, ...(end === null ? {} : { end }), limit } };
}
