import type { HttpReply, Json, Row, Task } from "@purgeline/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beijingTime } from "./beijing-time.ts";
import { tencentCdn } from "./index.ts";
import { sampleAccount, sampleCall } from "./sample-account.ts";

const URL_TEXT = "https://a.test/dir/";
const SECOND_MS = 1_000;
/** Between the answer to a sending of a key and its next sending. */
const SPACED_MS = 3_000;
const BEGAN_MS = Date.parse("2026-07-01T08:15:30Z");

const settings = sampleAccount({ signature: "v2-sha256" });
const reply = (data: Json, headers: HttpReply["headers"] = {}): HttpReply => ({
  status: 200,
  headers,
  body: JSON.stringify({ code: 0, message: "", data }),
});

/** A call that took so long; `knownMs`: when it began, as far as `Date` headers tell. */
interface Call {
  readonly beganMs: number;
  readonly knownMs: number;
  readonly tookMs: number;
}

const call = fc.record({
  beganMs: fc.integer({ min: BEGAN_MS, max: BEGAN_MS + SECOND_MS }),
  earlierMs: fc.integer({ min: 0, max: SECOND_MS - 1 }),
  tookMs: fc.integer({ min: 0, max: 120_000 }),
});

/** The log that the call's tasks find, of records of its key that were made at these times. */
function foundBy(
  { beganMs, knownMs, tookMs }: Call,
  overseas: boolean,
  records: readonly { readonly madeMs: number; readonly isDone: boolean }[],
): readonly Row[] {
  const date = new Date(beganMs + tookMs).toUTCString();
  const options = overseas ? { Area: "overseas" } : {};
  const outcome = tencentCdn.decode(
    reply({ count: 1 }, { date }),
    { lane: "purge-directory", items: [URL_TEXT], options },
    knownMs,
  );
  if (outcome.kind !== "accepted") throw new Error(`expected accepted, got ${JSON.stringify(outcome)}`);
  return outcome.tasks.flatMap((task) => rowsOf(task, records));
}

function rowsOf(task: Task, records: Parameters<typeof foundBy>[2]): readonly Row[] {
  const asked = new URLSearchParams(tencentCdn.poll.encode([task], sampleCall(settings)).body ?? "");
  const isAsked = (datetime: string): boolean =>
    asked.has("date")
      ? asked.get("date") === datetime.slice(0, 10).replaceAll("-", "")
      : datetime >= (asked.get("startDate") ?? "") && datetime <= (asked.get("endDate") ?? "");
  const done = asked.has("date") ? 2 : 1;
  const logs = records
    .map(({ madeMs, isDone }) => ({
      url: URL_TEXT,
      url_list: [URL_TEXT],
      type: 1,
      status: isDone ? done : -1,
      datetime: beijingTime(madeMs),
    }))
    .filter(({ datetime }) => isAsked(datetime));
  const answer = tencentCdn.poll.decode(reply({ logs }), [task]);
  return answer.kind === "progress" ? answer.tasks.flatMap(({ rows }) => rows) : [];
}

describe.each([
  ["mainland", false],
  ["overseas", true],
])("the record of a submit without a task id, %s", (_, overseas) => {
  it("is found whenever it was made while the call was under way, by a log whose clock is a second behind", () => {
    fc.assert(
      fc.property(
        call,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(SECOND_MS),
        ({ beganMs, earlierMs, tookMs }, at, behindMs) => {
          const madeMs = beganMs + Math.floor(tookMs * at) - behindMs;
          const given = { beganMs, knownMs: beganMs - earlierMs, tookMs };
          const ends = foundBy(given, overseas, [{ madeMs, isDone: true }]).map(({ end }) => end);
          expect(ends).toEqual(["confirmed"]);
        },
      ),
    );
  });

  it("is never that of an earlier sending of the key, nor that of a later one", () => {
    fc.assert(
      fc.property(call, fc.nat(60_000), ({ beganMs, earlierMs, tookMs }, longerMs) => {
        const given = { beganMs, knownMs: beganMs - earlierMs, tookMs };
        const before = { madeMs: beganMs - SPACED_MS - longerMs, isDone: false };
        const own = { madeMs: beganMs + tookMs, isDone: true };
        const after = { madeMs: beganMs + tookMs + SPACED_MS + longerMs, isDone: false };
        expect(foundBy(given, overseas, [before])).toEqual([]);
        expect(foundBy(given, overseas, [after, own, before]).map(({ end }) => end)).toEqual(["confirmed"]);
      }),
    );
  });
});
