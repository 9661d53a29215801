import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import type { TaskRow } from "../kernel/tasks.ts";
import { answered, jsonReply } from "../shared/huawei/replies.ts";
import { illegal } from "./replies.ts";

/** A task's history goes back seven days where no create_time is asked for. */
const PAGE_SIZES = { least: 1, most: 10_000, usual: 30 };
const PAGES = { least: 1, most: 65_535, usual: 1 };

/** ShowHistoryTaskDetails: one task by its id, its URLs page by page. */
export function answerDetail({ request, call }: Visit, account: PlayedAccount, taskId: string): Answer {
  const asked = new URLSearchParams(request.query);
  const size = numberIn(asked.get("page_size"), PAGE_SIZES);
  const page = numberIn(asked.get("page_number"), PAGES);
  const isPair = asked.has("page_size") === asked.has("page_number");
  if (size === null || page === null || !isPair) return illegal("page_size and page_number");
  const task = account.tasks.get(taskId, call ?? "");
  // What an unknown task is answered with is unpublished.
  if (task === null) return answered(jsonReply(404, { error_code: "CDN.0404", error_msg: "Not found." }));
  const isPreheating = task.call === "CreatePreheatingTasks";
  const urls = task.rows.map((row) => urlOf(row, isPreheating));
  const count = (status: string): number => urls.filter((url) => url.status === status).length;
  const [succeed, failed] = [count("succeed"), count("failed")];
  const processing = urls.length - succeed - failed;
  const detail = {
    id: task.id,
    task_type: isPreheating ? "PREHEATING" : "REFRESH",
    status: processing === 0 ? "task_done" : "task_inprocess",
    urls: urls.slice((page - 1) * size, page * size),
    create_time: task.createdAtMs,
    ...{ processing, succeed, failed, total: urls.length },
    file_type: task.rows[0]?.note.fileType ?? "file",
  };
  return { ...answered(jsonReply(200, detail)), taskIds: [task.id] };
}

/** ShowQuota: what a day has and what is used of it, among quotas that are no day's. */
export function answerQuota({ quota }: PlayedAccount): Answer {
  const types = { url: "file_refresh", directory: "dir_refresh", prefetch: "preheat" };
  const days = quota.report().flatMap(({ class: name, limit, used }) => {
    const type = Object.hasOwn(types, name) ? types[name as keyof typeof types] : null;
    return type === null ? [] : [{ type, quota_limit: limit, used, user_domain_id: "" }];
  });
  const quotas = [{ type: "domain", quota_limit: 100, used: 1, user_domain_id: "" }, ...days];
  return answered(jsonReply(200, { quotas }));
}

function urlOf({ item, status, createdAtMs }: TaskRow, isPreheating: boolean) {
  const word = {
    processing: isPreheating ? "preheating" : "refreshing",
    succeeded: "succeed",
    failed: "failed",
  };
  const why = { fail_classify: "ORIGIN_ERROR", fail_desc: "the origin answered 404" };
  return {
    url: item,
    status: word[status],
    create_time: createdAtMs,
    ...(status === "failed" ? why : {}),
  };
}

function numberIn(
  text: string | null,
  { least, most, usual }: { readonly least: number; readonly most: number; readonly usual: number },
): number | null {
  const value = text === null ? usual : Number(text);
  return Number.isInteger(value) && value >= least && value <= most ? value : null;
}
