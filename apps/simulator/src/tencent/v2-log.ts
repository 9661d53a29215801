import type { PlayedAccount } from "../kernel/index.ts";
import type { TaskRow, TaskView } from "../kernel/tasks.ts";
import { fromBeijing, toBeijing } from "./beijing-time.ts";

/** The page asks to wait three seconds after a submit: before, its records are not there. */
const LISTING_DELAY_MS = 3_000;

const DAY_MS = 86_400_000;

const STATUS = { processing: 0, succeeded: 1, failed: -1 } as const;
/** The overseas log has numbers of its own. */
const OVERSEAS_STATUS = { processing: 1, succeeded: 2, failed: -1 } as const;

/** GetCdnRefreshLog's data; null: neither a task nor two dates, or a task from outside the dates. */
export function v2Log(
  account: PlayedAccount,
  parameters: Readonly<Record<string, unknown>>,
  nowMs: number,
): unknown {
  const { taskId, startDate, endDate, host, url } = parameters;
  const fromMs = startDate === undefined ? null : fromBeijing(String(startDate));
  const untilMs = endDate === undefined ? null : fromBeijing(String(endDate));
  if (Number.isNaN(fromMs) || Number.isNaN(untilMs)) return null;
  if (taskId === undefined && (fromMs === null || untilMs === null)) return null;
  const found = taskId === undefined ? account.tasks.list(QUERY) : [account.tasks.get(String(taskId), QUERY)];
  const views = found.filter((view) => view !== null).filter((view) => !isOverseas(view));
  const isWithin = ({ createdAtMs }: TaskView): boolean => {
    const second = Math.floor(createdAtMs / 1000) * 1000;
    return (fromMs === null || second >= fromMs) && (untilMs === null || second <= untilMs);
  };
  if (taskId !== undefined && !views.every(isWithin)) return null;
  const logs = views
    .filter((view) => isWithin(view) && isListed(view, nowMs))
    .flatMap(recordsOf)
    .filter((record) => host === undefined || record.host === host)
    .filter((record) => url === undefined || record.url_list.includes(String(url)));
  return logData(logs);
}

/** GetCdnOverseaRefreshLog's data: one day's records, one URL each; null: no day of the last thirty. */
export function v2OverseasLog(
  account: PlayedAccount,
  parameters: Readonly<Record<string, unknown>>,
  nowMs: number,
): unknown {
  const { date, host, url } = parameters;
  const day = /^(\d{4})(\d\d)(\d\d)$/.exec(String(date));
  const fromMs = day === null ? Number.NaN : fromBeijing(`${day.slice(1).join("-")} 00:00:00`);
  if (Number.isNaN(fromMs) || fromMs > nowMs || fromMs < nowMs - 31 * DAY_MS) return null;
  const logs = account.tasks
    .list(OVERSEAS_QUERY)
    .filter((view) => isOverseas(view) && isListed(view, nowMs))
    .filter(({ createdAtMs }) => createdAtMs >= fromMs && createdAtMs < fromMs + DAY_MS)
    .flatMap((view) => view.rows.map((row) => overseasRecord(view, row)))
    .filter((record) => host === undefined || record.host === host)
    .filter((record) => url === undefined || record.url === url);
  return logData(logs);
}

function isOverseas({ call }: TaskView): boolean {
  return call.startsWith("RefreshCdnOverSea");
}

function isListed({ createdAtMs }: TaskView, nowMs: number): boolean {
  return nowMs - createdAtMs >= LISTING_DELAY_MS;
}

function logData(logs: readonly object[]): unknown {
  return { total: logs.length, logs: logs.map((log, index) => ({ id: 7_700_000 + index, ...log })) };
}

function overseasRecord({ createdAtMs }: TaskView, row: TaskRow) {
  return {
    ...OWNER,
    host: hostOf(row),
    url: row.item,
    datetime: toBeijing(createdAtMs),
    status: OVERSEAS_STATUS[row.status],
  };
}

const QUERY = "GetCdnRefreshLog";
const OVERSEAS_QUERY = "GetCdnOverseaRefreshLog";
const OWNER = { app_id: 1_251_001_002, project_id: 0 };

/** A record holds the URLs of one host that stand alike. */
function recordsOf(view: TaskView) {
  const groups = Map.groupBy(view.rows, (row) => `${hostOf(row)} ${row.status}`);
  const isDirectory = view.call === "RefreshCdnDir" || view.call === "PurgePathCache";
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    return [
      {
        ...OWNER,
        host: hostOf(first),
        type: isDirectory ? 1 : 0,
        status: STATUS[first.status],
        url_list: rows.map(({ item }) => item),
        datetime: toBeijing(view.createdAtMs),
      },
    ];
  });
}

function hostOf({ item }: TaskRow): string {
  return URL.parse(item)?.hostname ?? "";
}
