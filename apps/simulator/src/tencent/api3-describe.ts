import type { Lane } from "@purgeline/core";
import type { PlayedAccount, Visit } from "../kernel/index.ts";
import type { TaskRow, TaskView } from "../kernel/tasks.ts";
import type { Api3Result } from "./api3.ts";
import { fromBeijing, toBeijing } from "./beijing-time.ts";
import type { ReadableCall } from "./read-call.ts";
import { classesOf } from "./submit.ts";

/** The largest page; unpublished, taken from the successor's DescribePurgeTasks (EdgeOne, api/1552/80699). */
const LARGEST_PAGE = 1_000;

const PARAM_ERROR: Api3Result = { code: "InvalidParameter.CdnParamError", message: "Parameter error." };

/** DescribePurgeTasks, DescribePushTasks: one record per URL, oldest first. */
export function describeTasks(
  _visit: Visit,
  account: PlayedAccount,
  { action, parameters }: ReadableCall,
): Api3Result {
  const isPush = action === "DescribePushTasks";
  const page = pageOf(parameters);
  const views = tasksAsked(account, action ?? "", parameters);
  if (page === null || views === null) return PARAM_ERROR;
  const recordOf = isPush ? pushRecord : purgeRecord;
  const records = views
    .filter(({ call }) => (call === "PushUrlsCache") === isPush)
    .flatMap((view) => view.rows.filter(isOfArea(parameters.Area)).map((row) => recordOf(view, row)))
    .filter((record) => isWanted(record, parameters));
  const response = {
    [isPush ? "PushLogs" : "PurgeLogs"]: records.slice(page.offset, page.offset + page.limit),
    TotalCount: records.length,
  };
  return { response };
}

function pageOf(parameters: Readonly<Record<string, unknown>>): { offset: number; limit: number } | null {
  const offset = Number(parameters.Offset ?? 0);
  const limit = Number(parameters.Limit ?? 20);
  const isFine = Number.isInteger(offset) && offset >= 0 && Number.isInteger(limit) && limit >= 1;
  return isFine && limit <= LARGEST_PAGE ? { offset, limit } : null;
}

/** By id, or all since StartTime; null: neither is given. */
function tasksAsked(
  { tasks }: PlayedAccount,
  query: string,
  { TaskId, StartTime, EndTime }: Readonly<Record<string, unknown>>,
): readonly TaskView[] | null {
  if (typeof TaskId === "string" && TaskId !== "") {
    const view = tasks.get(TaskId, query);
    return view === null ? [] : [view];
  }
  const fromMs = fromBeijing(String(StartTime));
  const untilMs = EndTime === undefined ? Number.POSITIVE_INFINITY : fromBeijing(String(EndTime));
  if (Number.isNaN(fromMs) || Number.isNaN(untilMs)) return null;
  return tasks.list(query).filter(({ createdAtMs }) => createdAtMs >= fromMs && createdAtMs <= untilMs);
}

/** A record of either listing; what the other one lacks is absent. */
interface TaskRecord {
  readonly TaskId: string;
  readonly Url: string;
  readonly Status: string;
  readonly CreateTime: string;
  readonly PurgeType?: "url" | "path";
  readonly FlushType?: unknown;
  readonly Percent?: number;
  readonly UpdateTime?: string;
  readonly Area?: unknown;
}

function purgeRecord({ id, call }: TaskView, { item, status, createdAtMs, note }: TaskRow): TaskRecord {
  return {
    TaskId: id,
    Url: urlOf(item, note),
    Status: { processing: "process", succeeded: "done", failed: "fail" }[status],
    PurgeType: DIRECTORY_CALLS.includes(call) ? "path" : "url",
    FlushType: note.flushType ?? "",
    CreateTime: toBeijing(createdAtMs),
  };
}

const DIRECTORY_CALLS = ["PurgePathCache", "RefreshCdnDir", "RefreshCdnOverSeaDir"];

/** With UrlEncode the service works on the encoded URL, so that is what it lists. */
function urlOf(item: string, { urlEncode }: TaskRow["note"]): string {
  return urlEncode === true ? item.toWellFormed().replace(/[^\x21-\x7e]+/gu, encodeURIComponent) : item;
}

/** A push fails because the origin does: that is the status `invalid`. */
function pushRecord({ id }: TaskView, row: TaskRow): TaskRecord {
  return {
    TaskId: id,
    Url: urlOf(row.item, row.note),
    Status: { processing: "process", succeeded: "done", failed: "invalid" }[row.status],
    Percent: row.percent,
    CreateTime: toBeijing(row.createdAtMs),
    UpdateTime: toBeijing(row.finishedAtMs ?? row.createdAtMs),
    Area: row.note.area ?? "mainland",
  };
}

function isOfArea(area: unknown): (row: TaskRow) => boolean {
  return ({ note }) => area === undefined || (note.area ?? "mainland") === area;
}

/** The filters that narrow a listing. */
function isWanted(record: TaskRecord, parameters: Readonly<Record<string, unknown>>): boolean {
  const { Keyword, Status, PurgeType } = parameters;
  if (Status !== undefined && record.Status !== Status) return false;
  if (PurgeType !== undefined && record.PurgeType !== PurgeType) return false;
  if (typeof Keyword !== "string") return true;
  return record.Url === Keyword || URL.parse(record.Url)?.hostname === Keyword;
}

/** DescribePurgeQuota, DescribePushQuota: each area's figures, with the account's own batch size. */
export function describeQuota(_visit: Visit, account: PlayedAccount, { action }: ReadableCall): Api3Result {
  const quotaOf = (lane: Lane) => {
    const limits = account.limits.lanes[lane];
    if (limits === undefined) return [];
    return ["mainland" as const, "overseas" as const].flatMap((Area) =>
      classesOf(limits, Area).map((quotaClass) => ({
        Area,
        Batch: limits.batch,
        Total: account.limits.quotas[quotaClass] ?? 0,
        Available: Math.max(0, account.quota.remaining(quotaClass) ?? 0),
      })),
    );
  };
  const response: Readonly<Record<string, unknown>> =
    action === "DescribePushQuota"
      ? { UrlPush: quotaOf("prefetch-url") }
      : { UrlPurge: quotaOf("purge-url"), PathPurge: quotaOf("purge-directory") };
  return { response };
}
