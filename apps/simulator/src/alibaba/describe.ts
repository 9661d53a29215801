import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import { invalid, listed, missing } from "./codes.ts";
import { type ApiRequest, commaList } from "./read-call.ts";
import { type Refusal, refuse, succeed } from "./replies.ts";
import { hostOf } from "./task-ids.ts";
import { type TaskLine, taskLines } from "./task-rows.ts";

type Params = ReadonlyMap<string, string>;

const MAX_IDS = 10;

/** DescribeRefreshTaskById: up to ten ids, no pages; an id that is not known has no rows. */
export function answerById(visit: Visit, account: PlayedAccount, { params }: ApiRequest): Answer {
  const ids = commaList(params, "TaskId");
  if (ids.length === 0) return refuse(visit, missing("TaskId"));
  if (ids.length > MAX_IDS || !ids.every((id) => /^\d+$/.test(id)))
    return refuse(visit, listed("InvalidTaskId.Malformed"));
  const lines = [...new Set(ids)].flatMap((id) => {
    const view = account.tasks.get(id, "DescribeRefreshTaskById");
    return view === null ? [] : taskLines(view, true);
  });
  return succeed({ Tasks: lines, TotalCount: lines.length }, [], ids);
}

/** What differs between the two products' task lists. */
export interface ListShape {
  readonly maxPageSize: number;
  /** The list stands under this name inside `Tasks`. */
  readonly field: "CDNTask" | "Task";
}

/** DescribeRefreshTasks and DescribeVodRefreshTasks: filters and pages. */
export function answerList(
  visit: Visit,
  account: PlayedAccount,
  { params }: ApiRequest,
  shape: ListShape,
): Answer {
  const size = Number(params.get("PageSize") ?? 20);
  const page = Number(params.get("PageNumber") ?? 1);
  const refusal =
    whyNotWhole(size, 1, shape.maxPageSize, "PageSize") ??
    whyNotWhole(page, 1, 100_000, "PageNumber") ??
    whyNotTimes(params, visit.nowMs - account.limits.lookBackMs) ??
    whyNotFilters(params);
  if (refusal !== null) return refuse(visit, refusal);
  const lines = linesOf(account, params, visit).filter((line) => isWanted(line, params));
  const shown = lines.slice((page - 1) * size, page * size);
  const counts = { PageNumber: page, PageSize: size, TotalCount: lines.length };
  return succeed({ Tasks: { [shape.field]: shown }, ...counts }, [], commaList(params, "TaskId"));
}

/** One id is looked up; without one everything is listed. */
function linesOf(account: PlayedAccount, params: Params, { call }: Visit): readonly TaskLine[] {
  const id = params.get("TaskId");
  const query = call ?? "";
  if (id === undefined) return account.tasks.list(query).flatMap((view) => taskLines(view, false));
  const view = account.tasks.get(id, query);
  return view === null ? [] : taskLines(view, false);
}

function isWanted(line: TaskLine, params: Params): boolean {
  const at = Date.parse(line.CreationTime);
  const { ObjectPath, ObjectType, Status } = line;
  const wanted = { ObjectPath, ObjectType, Status, DomainName: hostOf(ObjectPath) };
  return (
    Object.entries(wanted).every(([name, value]) => (params.get(name) ?? value) === value) &&
    at >= Date.parse(params.get("StartTime") ?? "1970-01-01T00:00:00Z") &&
    at <= Date.parse(params.get("EndTime") ?? "9999-01-01T00:00:00Z")
  );
}

function whyNotWhole(value: number, least: number, most: number, name: string): Refusal | null {
  return Number.isInteger(value) && value >= least && value <= most ? null : invalid(name);
}

function whyNotTimes(params: Params, oldestMs: number): Refusal | null {
  const [start, end] = [params.get("StartTime"), params.get("EndTime")];
  if ((start === undefined) !== (end === undefined)) {
    return listed("MissingTimeParameter");
  }
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
  if (start === undefined || end === undefined) return null;
  if (!form.test(start)) return listed("InvalidStartTime.Malformed");
  if (!form.test(end)) return listed("InvalidEndTime.Malformed");
  if (start > end) return listed("InvalidEndTime.Mismatch");
  // Which code older times have is not published; this is the one for what can be asked, but not answered.
  return Date.parse(start) < oldestMs ? listed("InvalidStartTime.ValueNotSupported") : null;
}

function whyNotFilters(params: Params): Refusal | null {
  const status = params.get("Status");
  if ((params.has("DomainName") || status !== undefined) && !params.has("ObjectType")) {
    return listed("MissingParameter.ObjectType");
  }
  if (status === undefined || /^(?:Complete|Refreshing|Failed)$/.test(status)) return null;
  return listed("InvalidStatus.ValueNotSupported");
}
