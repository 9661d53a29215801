import type { Failure } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { decodeSubmit } from "./decode.ts";

type Kind = Failure["kind"];

/** Every code of the provider's error pages, with the status that they list. */
const LISTED: readonly (readonly [code: string, status: number, kind: Kind])[] = [
  ["VOD.10051", 403, "ambiguous"],
  ["VOD.10052", 403, "ambiguous"],
  ["VOD.10053", 400, "poisoned"],
  ["VOD.10054", 403, "auth"],
  ["VOD.10055", 403, "auth"],
  ["VOD.10056", 403, "auth"],
  ["VOD.10057", 403, "auth"],
  ["VOD.10058", 403, "refused"],
  ["VOD.10059", 403, "refused"],
  ["VOD.10060", 403, "poisoned"],
  ["VOD.10061", 403, "poisoned"],
  ["VOD.10062", 400, "poisoned"],
  ["VOD.10062", 403, "poisoned"],
  ["VOD.10063", 403, "refused"],
  ["VOD.10065", 403, "refused"],
  ["VOD.10066", 403, "refused"],
  ["VOD.10081", 400, "poisoned"],
  ["VOD.10083", 400, "poisoned"],
  ["VOD.10101", 400, "refused"],
  ["VST.10001", 400, "poisoned"],
  ["VST.10002", 400, "ambiguous"],
  ["VST.10004", 400, "auth"],
  ["APIGW.0101", 404, "refused"],
  ["APIGW.0103", 404, "transient"],
  ["APIGW.0104", 400, "transient"],
  ["APIGW.0105", 400, "transient"],
  ["APIGW.0106", 400, "transient"],
  ["APIGW.0201", 413, "poisoned"],
  ["APIGW.0202", 502, "ambiguous"],
  ["APIGW.0203", 504, "ambiguous"],
  ["APIGW.0301", 401, "auth"],
  ["APIGW.0303", 401, "auth"],
  ["APIGW.0305", 401, "auth"],
  ["APIGW.0307", 401, "auth"],
  ["APIGW.0308", 429, "throttled"],
];

function decode(status: number, body: object, headers: Readonly<Record<string, string>> = {}) {
  const reply = { status, headers, body: JSON.stringify(body) };
  return decodeSubmit(reply, { lane: "purge-url", items: ["https://a.example.com/1"], options: {} });
}

describe("an error of Huawei's", () => {
  it.each(LISTED)("%s with status %i is %s", (code, status, kind) => {
    const body = { error_code: code, error_msg: "words", request_id: "r-1" };
    expect(decode(status, body)).toMatchObject({ kind, code, message: "words", requestId: "r-1" });
    expect(decode(200, body).kind, "by its code, whatever the status").toBe(kind);
    const otherPrefix = code.replace("APIGW.", "APIG.");
    expect(decode(status, { ...body, error_code: otherPrefix }).kind).toBe(kind);
  });

  it.each([
    [403, "ambiguous"],
    [429, "throttled"],
    [401, "auth"],
    [500, "ambiguous"],
    [200, "ambiguous"],
  ])("with an unlisted code and status %i is %s", (status, kind) => {
    expect(decode(status, { error_code: "VOD.99999", error_msg: "words" }).kind).toBe(kind);
    expect(decode(status, { error_code: "constructor", error_msg: "words" }).kind).toBe(kind);
  });

  it("parks the lane's class when an unlisted code speaks of a quota", () => {
    const body = { error_code: "VOD.10099", error_msg: "The daily quota is used up." };
    expect(decode(403, body)).toMatchObject({ kind: "quota", class: "url", code: "VOD.10099" });
  });

  it("is signed again once only where time or the token's age is the cause", () => {
    const refusal = (error_code: string, error_msg: string) => decode(401, { error_code, error_msg });
    expect(refusal("APIGW.0307", "The token must be updated.")).toMatchObject({ resign: true });
    expect(refusal("APIGW.0301", "verify aksk signature fail, signature expired")).toMatchObject({
      resign: true,
    });
    expect(refusal("APIGW.0301", "verify aksk signature fail")).toMatchObject({ resign: false });
    expect(refusal("APIGW.0301", "AK access failed to reach the limit,forbidden")).toMatchObject({
      resign: false,
    });
  });

  it("holds a throttled call for Retry-After, else for the window that the message names", () => {
    const throttled = (error_msg: string, headers = {}) =>
      decode(429, { error_code: "APIGW.0308", error_msg }, headers);
    expect(throttled("over ratelimit,limit:10,time:1 minute")).toMatchObject({ retryAfterMs: 60_000 });
    expect(throttled("over ratelimit,limit:10,time:1 second")).toMatchObject({ retryAfterMs: 1_000 });
    expect(throttled("over ratelimit,limit:10,time:1 minute", { "retry-after": "7" })).toMatchObject({
      retryAfterMs: 7_000,
    });
    expect(throttled("slow down")).toMatchObject({ retryAfterMs: null });
  });
});
