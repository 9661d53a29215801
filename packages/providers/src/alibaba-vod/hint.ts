import { createHash, timingSafeEqual } from "node:crypto";
import type { AccountSettings, Callback, CallbackVerdict, JsonObject, Provider } from "@purgeline/core";
import { parseObject, textField } from "../shared/json.ts";

/** The example of the vendor's page on callback authentication; later ones may be replayed. */
const MAX_AGE_MS = 5 * 60_000;

/** Sent once for each media, when all of its URLs were submitted: that is worth a query, and ends nothing (H:event). */
const EVENT = "SubmitMediaRefreshComplete";

export const vodHint: NonNullable<Provider["hint"]> = { decode: decodeCallback };

function decodeCallback(callback: Callback, settings: AccountSettings): CallbackVerdict {
  const forged = whyForged(callback, settings.callbackKey);
  if (forged !== null) return { ok: false, why: "forged", detail: forged };
  const body = parseObject(callback.body);
  const unreadable = (detail: string): CallbackVerdict => ({ ok: false, why: "unreadable", detail });
  if (body === null) return unreadable("The body is no JSON object.");
  if (body.EventType !== EVENT) return unreadable(`EventType must be ${EVENT}.`);
  const job = jobOf(body);
  return job === "" ? unreadable("MediaRefreshJobId is missing.") : { ok: true, taskIds: [job] };
}

function jobOf(body: JsonObject): string {
  return textField(body, "MediaRefreshJobId")?.trim() ?? "";
}

/**
 * `X-VOD-SIGNATURE` = MD5 of `CallbackURL|X-VOD-TIMESTAMP|PrivateKey`: it says nothing of the body,
 * so a callback may wake a query and no more. A clock may be off in both directions.
 */
function whyForged({ url, headers, nowMs }: Callback, key: string | null): string | null {
  const timestamp = headers["x-vod-timestamp"] ?? "";
  const signature = headers["x-vod-signature"] ?? "";
  if (key === null) return "The account has no callbackKey.";
  if (signature === "" || timestamp === "") return "X-VOD-TIMESTAMP and X-VOD-SIGNATURE must be sent.";
  if (!equal(md5(`${url}|${timestamp}|${key}`), signature.toLowerCase())) {
    return "X-VOD-SIGNATURE is not that of the callback's URL, its time and the account's callbackKey.";
  }
  const isTimely = Math.abs(nowMs - Number(timestamp) * 1000) <= MAX_AGE_MS;
  return isTimely ? null : "X-VOD-TIMESTAMP is more than 5 minutes away from now.";
}

function md5(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}

/** In constant time for texts of one length; the length of a signature is no secret. */
function equal(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
