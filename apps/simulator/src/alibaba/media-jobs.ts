import { randomBytes } from "node:crypto";
import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import { missing } from "./codes.ts";
import type { ApiRequest } from "./read-call.ts";
import { refuse, succeed } from "./replies.ts";

export interface MediaJob {
  readonly type: "Refresh" | "Preload";
  readonly submittedAtMs: number;
  readonly media: readonly SubmittedMedia[];
  /** JSON, as the job tells it. */
  readonly filterPolicy: string;
  /** As it came; empty: none. */
  readonly userData: string;
}

/** No URLs: they could not be submitted. */
export interface SubmittedMedia {
  readonly id: string;
  readonly urls: readonly string[];
  /** One for each URL, in the same order. */
  readonly taskIds: readonly string[];
}

/** The media jobs of all accounts, kept as long as the service can be asked for them. */
export interface MediaJobs {
  /** Returns the new job's id. */
  add(account: PlayedAccount, job: MediaJob): string;
  get(account: PlayedAccount, id: string, nowMs: number): MediaJob | null;
}

/** The service answers a submit before it has looked the media's URLs up: so long a job lists nothing. */
export const LOOKING_UP_MS = 1_000;

export function createMediaJobs(): MediaJobs {
  const jobs = new Map<string, MediaJob>();
  const keyOf = (account: PlayedAccount, id: string): string => `${account.settings.name} ${id}`;
  return {
    add(account, job) {
      for (const [key, old] of jobs) {
        if (job.submittedAtMs - old.submittedAtMs <= account.limits.lookBackMs) break;
        jobs.delete(key);
      }
      const id = randomBytes(16).toString("hex");
      jobs.set(keyOf(account, id), job);
      return id;
    },
    get(account, id, nowMs) {
      const job = jobs.get(keyOf(account, id));
      const isKnown = job !== undefined && nowMs - job.submittedAtMs <= account.limits.lookBackMs;
      return isKnown ? job : null;
    },
  };
}

/** GetMediaRefreshJobs: whether each media's URLs were submitted, and as which tasks. */
export function answerJobs(
  visit: Visit,
  account: PlayedAccount,
  { params }: ApiRequest,
  jobs: MediaJobs,
): Answer {
  const id = params.get("MediaRefreshJobId");
  if (id === undefined || id === "") return refuse(visit, missing("MediaRefreshJobId"));
  const job = jobs.get(account, id, visit.nowMs);
  if (job === null || visit.nowMs - job.submittedAtMs < LOOKING_UP_MS) {
    return succeed({ MediaRefreshJobs: [] }, [], [id]);
  }
  const only = params.get("MediaId");
  const media = job.media.filter((one) => only === undefined || one.id === only);
  const lines = media.map((one) => ({
    ...jobLine(id, job, one),
    UserData: job.userData,
    GmtCreate: localTime(job.submittedAtMs),
    GmtModified: localTime(visit.nowMs),
  }));
  return succeed({ MediaRefreshJobs: lines }, [], [id]);
}

/** What the job and its event say of one media. */
export function jobLine(id: string, job: MediaJob, { id: MediaId, urls, taskIds }: SubmittedMedia): object {
  const isSubmitted = urls.length > 0;
  return {
    MediaRefreshJobId: id,
    MediaId,
    TaskType: job.type,
    Status: isSubmitted ? "success" : "fail",
    FilterPolicy: job.filterPolicy,
    SuccessPlayUrls: urls.join(","),
    TaskIds: taskIds.join(","),
    ErrorCode: isSubmitted ? "" : "PreloadQueueFull",
    ErrorMessage: isSubmitted ? "" : "Preload queue is full, please try again later!",
  };
}

/** Which streams were asked for; the sample's keys begin with a space. */
export function filterPolicy(params: ReadonlyMap<string, string>): string {
  const names = ["Formats", "Definitions", "StreamType", "ResultType", "SliceFlag", "SliceCount"];
  const given = names.filter((name) => params.has(name)).map((name) => [` ${name}`, params.get(name)]);
  return JSON.stringify(Object.fromEntries(given));
}

/** `2022-05-20 08:23:22`: the samples name no zone. */
function localTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
