import { createHash } from "node:crypto";
import type { Callback } from "@purgeline/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testAccount } from "../shared/alibaba/test-account.ts";
import { alibabaVod } from "./index.ts";

const { hint } = alibabaVod;
if (hint === undefined) throw new Error("VOD calls back");

const settings = testAccount("alibaba-vod", { callbackKey: "test123" });
const SENT_AT = 1519375990;

/** The vendor's published example: the URL, the time, and the signature as far as the page shows it. */
const PUBLISHED = {
  url: "https://www.example.com/your/callback",
  headers: {
    "x-vod-timestamp": String(SENT_AT),
    "x-vod-signature": "c72b60894140fa98920f1279219b7ed4",
  },
};

/** The event's sample, with TaskType in small letters as it is printed there. */
const EVENT = {
  EventTime: "2022-05-20T08:23:22Z",
  EventType: "SubmitMediaRefreshComplete",
  Status: "success",
  MediaRefreshJobId: "41d465e31957",
  MediaId: "ca3a8f6e4957b658067095869",
  TaskType: "refresh",
  SuccessPlayUrls: "http://v.test/a.mp4,http://v.test/b.mp4",
  TaskIds: "70422,70423",
  FilterPolicy: '{" StreamType":"video"}',
};

function callback(given: Partial<Callback> = {}): Callback {
  return { ...PUBLISHED, body: JSON.stringify(EVENT), nowMs: SENT_AT * 1000, ...given };
}

function signed(url: string, timestamp: string, key = "test123"): Callback["headers"] {
  const signature = createHash("md5").update(`${url}|${timestamp}|${key}`).digest("hex");
  return { "x-vod-timestamp": timestamp, "x-vod-signature": signature };
}

describe("the callback SubmitMediaRefreshComplete", () => {
  it("with the signature of the vendor's example names the job that is worth a query", () => {
    expect(PUBLISHED.headers["x-vod-signature"]).toMatch(/^c72b60894140fa98920f1279219b/);
    expect(hint.decode(callback(), settings)).toEqual({ ok: true, taskIds: ["41d465e31957"] });
  });

  it("of a failed submit is a hint, too", () => {
    const body = JSON.stringify({ ...EVENT, Status: "fail", ErrorCode: "PreloadQueueFull", TaskIds: "" });
    expect(hint.decode(callback({ body }), settings)).toMatchObject({ ok: true });
  });

  it.each<[string, Partial<Callback>]>([
    ["another URL", { url: "https://www.example.com/other" }],
    ["another key", { headers: signed(PUBLISHED.url, String(SENT_AT), "test124") }],
    ["a changed time", { headers: { ...PUBLISHED.headers, "x-vod-timestamp": String(SENT_AT + 1) } }],
    ["no signature", { headers: { "x-vod-timestamp": String(SENT_AT) } }],
    ["an empty signature", { headers: { ...PUBLISHED.headers, "x-vod-signature": "" } }],
    ["a signature of another length", { headers: { ...PUBLISHED.headers, "x-vod-signature": "c72b" } }],
    [
      "a signature with wide characters",
      { headers: { ...PUBLISHED.headers, "x-vod-signature": "é".repeat(16) } },
    ],
    ["no time", { headers: { "x-vod-signature": PUBLISHED.headers["x-vod-signature"] } }],
    ["a time that is no number", { headers: signed(PUBLISHED.url, "yesterday") }],
    ["a time in milliseconds", { headers: signed(PUBLISHED.url, `${SENT_AT}000`) }],
    ["a time of 5 minutes and a second ago", { nowMs: (SENT_AT + 301) * 1000 }],
    ["a time that is 5 minutes and a second ahead", { nowMs: (SENT_AT - 301) * 1000 }],
  ])("with %s is forged", (_what, given) => {
    expect(hint.decode(callback(given), settings)).toMatchObject({ ok: false, why: "forged" });
  });

  it("is believed for 5 minutes, and in capitals", () => {
    expect(hint.decode(callback({ nowMs: (SENT_AT + 300) * 1000 }), settings).ok).toBe(true);
    const headers = { ...PUBLISHED.headers, "x-vod-signature": "C72B60894140FA98920F1279219B7ED4" };
    expect(hint.decode(callback({ headers }), settings).ok).toBe(true);
  });

  it("is forged for an account without a key, whatever it says", () => {
    for (const key of ["", "null", "undefined"]) {
      const headers = signed(PUBLISHED.url, String(SENT_AT), key);
      expect(hint.decode(callback({ headers }), testAccount("alibaba-vod"))).toMatchObject({ why: "forged" });
    }
  });

  it.each([
    ["another event", { ...EVENT, EventType: "TranscodeComplete" }],
    ["no event", { ...EVENT, EventType: undefined }],
    ["no job", { ...EVENT, MediaRefreshJobId: undefined }],
    ["an empty job", { ...EVENT, MediaRefreshJobId: " " }],
    ["a list", [EVENT]],
  ])("about %s is unreadable", (_what, body) => {
    const verdict = hint.decode(callback({ body: JSON.stringify(body) }), settings);
    expect(verdict).toMatchObject({ ok: false, why: "unreadable" });
  });

  it("is judged whatever its body and headers are, and never shows the key", () => {
    const headers = fc.dictionary(fc.constantFrom("x-vod-timestamp", "x-vod-signature", "host"), fc.string());
    const given = fc.record({
      headers: fc.oneof(headers, fc.constant(PUBLISHED.headers)),
      body: fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((text) => `{"EventType":"${EVENT.EventType}","MediaRefreshJobId":${text}}`),
      ),
      nowMs: fc.oneof(fc.constant(SENT_AT * 1000), fc.double()),
    });
    fc.assert(
      fc.property(given, (some) => {
        const verdict = hint.decode(callback(some), settings);
        expect(JSON.stringify(verdict)).not.toContain("test123");
        if (!verdict.ok) return;
        expect(some.headers).toEqual(PUBLISHED.headers);
        expect(verdict.taskIds.every((id) => id.length > 0)).toBe(true);
      }),
    );
  });
});
