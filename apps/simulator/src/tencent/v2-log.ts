import type { PlayedAccount } from "../kernel/index.ts";
import type { TaskRow, TaskView } from "../kernel/tasks.ts";
import { fromBeijing, toBeijing } from "./beijing-time.ts";

/** The page asks to wait three seconds after a submit: before, its records are not there. */
const LISTING_DELAY_MS = 3_000;

const STATUS = { processing: 0, succeeded: 1, failed: -1 } as const;

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
  const views = found.filter((view) => view !== null);
  const isWithin = ({ createdAtMs }: TaskView): boolean => {
    const second = Math.floor(createdAtMs / 1000) * 1000;
    return (fromMs === null || second >= fromMs) && (untilMs === null || second <= untilMs);
  };
  if (taskId !== undefined && !views.every(isWithin)) return null;
  const logs = views
    .filter((view) => isWithin(view) && nowMs - view.createdAtMs >= LISTING_DELAY_MS)
    .flatMap(recordsOf)
    .filter((record) => host === undefined || record.host === host)
    .filter((record) => url === undefined || record.url_list.includes(String(url)));
  return { total: logs.length, logs: logs.map((log, index) => ({ id: 7_700_000 + index, ...log })) };
}

const QUERY = "GetCdnRefreshLog";

/** A record holds the URLs of one host that stand alike. */
function recordsOf(view: TaskView) {
  const groups = Map.groupBy(view.rows, (row) => `${hostOf(row)} ${row.status}`);
  const isDirectory = view.call === "RefreshCdnDir" || view.call === "PurgePathCache";
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    return [
      {
        app_id: 1_251_001_002,
        project_id: 0,
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
