import type { HttpReply, Task } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { decodeQuery } from "./poll.ts";

const URLS: Task = { call: "ShowRefreshResult", id: "t1" };
const MEDIA: Task = { call: "ShowPreheatingAsset", id: "t2", state: { media: true } };
const A = "https://vod.example.com/a.mp4";
const B = "https://vod.example.com/b.mp4";

function reply(body: unknown, status = 200): HttpReply {
  return { status, headers: {}, body: JSON.stringify(body) };
}

function refreshed(...results: readonly (readonly [url: string, status: string])[]): HttpReply {
  return reply({ refresh_results: results.map(([url, status]) => ({ url, status })) });
}

function preheated(...results: readonly (readonly [url: string, status: string])[]): HttpReply {
  return reply({ preheating_results: results.map(([url, status]) => ({ url, status })) });
}

const confirmed = (item: string) => ({ item, end: "confirmed", code: null, message: null });
const failed = (item: string, code: string) => expect.objectContaining({ item, end: "failed", code });

describe("a query's answer", () => {
  it("ends a task whose every result is final, in either spelling of the words", () => {
    expect(decodeQuery(refreshed([A, "SUCCEED"], [B, "failed"]), [URLS])).toEqual({
      kind: "progress",
      tasks: [{ rows: [confirmed(A), failed(B, "failed")], next: [] }],
      requestId: null,
    });
  });

  it("tells the URLs that are final while others are under way, and asks again", () => {
    expect(decodeQuery(refreshed([A, "succeed"], [B, "PROCESSING"]), [URLS])).toMatchObject({
      tasks: [{ rows: [confirmed(A)], next: [URLS] }],
    });
  });

  it("asks again while the list is shorter than what was sent: a partial answer is no end", () => {
    const both: Task = { ...URLS, state: { targets: 2 } };
    expect(decodeQuery(refreshed([A, "SUCCEED"]), [both])).toMatchObject({
      tasks: [{ rows: [confirmed(A)], next: [both] }],
    });
    expect(decodeQuery(refreshed([A, "SUCCEED"], [B, "SUCCEED"]), [both])).toMatchObject({
      tasks: [{ rows: [confirmed(A), confirmed(B)], next: [] }],
    });
    const media: Task = { ...MEDIA, state: { targets: 2, media: true } };
    expect(decodeQuery(preheated([A, "succeed"]), [media])).toMatchObject({
      tasks: [{ rows: [], next: [media] }],
    });
  });

  it("tells nothing of a media task before all of it is final", () => {
    expect(decodeQuery(preheated([A, "succeed"], [B, "processing"]), [MEDIA])).toMatchObject({
      tasks: [{ rows: [], next: [MEDIA] }],
    });
    expect(decodeQuery(preheated([A, "succeed"], [B, "succeed"]), [MEDIA])).toMatchObject({
      tasks: [{ rows: [confirmed(A), confirmed(B)], next: [] }],
    });
  });

  it.each([
    ["an empty list", refreshed()],
    ["no list", reply({})],
    ["a list of something else", reply({ refresh_results: "soon" })],
    ["an unknown word", refreshed([A, "SUCCEEDED_PARTLY"])],
    ["a result without a status", reply({ refresh_results: [{ url: A }] })],
    ["a task that it does not know", reply({ error_code: "VOD.10062", error_msg: "does not exist" }, 400)],
  ])("with %s is not an end", (_, given) => {
    expect(decodeQuery(given, [URLS])).toMatchObject({
      kind: "progress",
      tasks: [{ rows: [], next: [URLS] }],
    });
  });

  it.each([
    [429, { error_code: "APIGW.0308", error_msg: "limit:100,time:1 minute" }, "throttled"],
    [401, { error_code: "APIGW.0301", error_msg: "bad" }, "auth"],
    [502, {}, "ambiguous"],
  ])("that is an error of status %i is that failure", (status, body, kind) => {
    expect(decodeQuery(reply(body, status), [URLS]).kind).toBe(kind);
  });
});
