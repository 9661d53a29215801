import type { Lane } from "@purgeline/core";
import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import { addTasks } from "./add-tasks.ts";
import { callBack } from "./callbacks.ts";
import { invalid, listed, missing } from "./codes.ts";
import { filterPolicy, type MediaJob, type MediaJobs, type SubmittedMedia } from "./media-jobs.ts";
import { playUrls, whyNotSelection } from "./play-urls.ts";
import type { ApiRequest } from "./read-call.ts";
import { refuse, succeed } from "./replies.ts";
import type { TaskIds } from "./task-ids.ts";

/** Media ids with these beginnings play media that do not exist, or another's: as a `refuse-items` fault makes of any other. */
const UNKNOWN = "nonexist";
const FORBIDDEN = "forbidden";
/** And with this one, media that are taken on, and whose URLs then cannot be submitted. */
const UNSUBMITTABLE = "queuefull";

/** RefreshMediaPlayUrls: what cannot be done stands in two lists of a 200, the rest becomes a job. */
export function answerMedia(
  visit: Visit,
  account: PlayedAccount,
  { params }: ApiRequest,
  state: { readonly taskIds: TaskIds; readonly jobs: MediaJobs },
): Answer {
  const type = params.get("TaskType");
  if (visit.items.length === 0) return refuse(visit, missing("MediaIds"));
  if (type === undefined) return refuse(visit, missing("TaskType"));
  if (type !== "Refresh" && type !== "Preload") return refuse(visit, invalid("TaskType"));
  const lane: Lane = type === "Refresh" ? "purge-media" : "prefetch-media";
  const limits = account.limits.lanes[lane];
  if (limits === undefined || visit.items.length > limits.batch) return refuse(visit, invalid("MediaIds"));
  const wrong = whyNotSelection(params);
  if (wrong !== null) return refuse(visit, invalid(wrong));
  const isUnknown = (id: string) => id.startsWith(UNKNOWN) || visit.refusedItem([id]) !== null;
  const unknown = visit.items.filter(isUnknown);
  const forbidden = visit.items.filter((id) => id.startsWith(FORBIDDEN) && !unknown.includes(id));
  const media = visit.items.filter((id) => !unknown.includes(id) && !forbidden.includes(id));
  const units = media.length * limits.unitsPerTarget;
  if (limits.quota !== null && !account.quota.take(limits.quota, units)) {
    return refuse(visit, listed("QuotaExceeded.Refresh"));
  }
  const submitted = media.map((id): SubmittedMedia => {
    if (id.startsWith(UNSUBMITTABLE)) return { id, urls: [], taskIds: [] };
    const urls = playUrls(id, params);
    const kind = type === "Refresh" ? "file" : "preload";
    return { id, urls, taskIds: addTasks(visit, account, kind, urls, state.taskIds) };
  });
  const job: MediaJob = {
    type,
    media: submitted,
    submittedAtMs: visit.nowMs,
    filterPolicy: filterPolicy(params),
    userData: params.get("UserData") ?? "",
  };
  const id = state.jobs.add(account, job);
  callBack(account, id, job);
  const lists = { NonExistMediaIds: unknown.join(","), ForbiddenMediaIds: forbidden.join(",") };
  return succeed({ MediaRefreshJobId: id, ...lists }, media, [id]);
}
