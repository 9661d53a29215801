import { createHash } from "node:crypto";
import type { PlayedAccount } from "../kernel/index.ts";
import { isLoopbackHttp } from "../kernel/playable.ts";
import { jobLine, LOOKING_UP_MS, type MediaJob } from "./media-jobs.ts";
import { objectIn } from "./submit-params.ts";

/** Only 200 counts as delivered; a callback is tried three times in all (help page "HTTP callbacks"). */
const ATTEMPTS = 3;
/** How long the service waits for an answer, and between attempts, is not published. */
const TIMEOUT_MS = 5_000;
const BETWEEN_MS = 1_000;

/**
 * SubmitMediaRefreshComplete, once for each media of the job, to the CallbackURL of its UserData,
 * as soon as the job lists what was submitted. To loopback only: a rehearsal knocks on no foreign
 * door. In real time, which is what the callback's receiver judges its age by.
 */
export function callBack(account: PlayedAccount, jobId: string, job: MediaJob): void {
  const userData = objectIn(job.userData);
  const url = textIn(userData?.MessageCallback, "CallbackURL");
  if (url === null || !isLoopbackHttp(url)) return;
  const extend = userData?.Extend;
  for (const media of job.media) {
    const event = {
      EventTime: `${new Date(job.submittedAtMs).toISOString().slice(0, 19)}Z`,
      EventType: "SubmitMediaRefreshComplete",
      ...jobLine(jobId, job, media),
      // As the page's sample prints it, and not as it lists the values.
      TaskType: job.type.toLowerCase(),
      ...(extend === undefined ? {} : { Extend: JSON.stringify(extend) }),
    };
    later(LOOKING_UP_MS, () => deliver(url, account.settings.callbackKey, JSON.stringify(event), ATTEMPTS));
  }
}

async function deliver(url: string, key: string | null, body: string, attempts: number): Promise<void> {
  if (await isTaken(url, key, body)) return;
  if (attempts > 1) later(BETWEEN_MS, () => deliver(url, key, body, attempts - 1));
}

async function isTaken(url: string, key: string | null, body: string): Promise<boolean> {
  const headers = { "content-type": "application/json", ...(key === null ? {} : signed(url, key)) };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

function signed(url: string, key: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHash("md5").update(`${url}|${timestamp}|${key}`).digest("hex");
  return { "x-vod-timestamp": timestamp, "x-vod-signature": signature };
}

/** Keeps no process alive that has ended otherwise. */
function later(ms: number, act: () => Promise<void>): void {
  setTimeout(() => void act(), ms).unref();
}

function textIn(holder: unknown, name: string): string | null {
  if (typeof holder !== "object" || holder === null) return null;
  const value: unknown = Reflect.get(holder, name);
  return typeof value === "string" ? value : null;
}
