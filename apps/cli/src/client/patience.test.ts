import { expect, it } from "vitest";
import { BRIEF, PATIENT, type Patience, repeatInMs, STUBBORN } from "./patience.ts";
import { type Reply, readReply } from "./reply.ts";

const LOST: Reply = { kind: "lost", message: "ECONNRESET" };
const busy = (status: number, retryAfter: string | null = null): Reply => readReply(status, retryAfter, "{}");

/** The pauses until the patience ends. */
function pauses(reply: Reply, patience: Patience, isKeyed = true): readonly number[] {
  const all: number[] = [];
  let busyMs = 0;
  for (let tries = 1; tries < 1000; tries += 1) {
    const inMs = repeatInMs(reply, patience, { tries, busyMs, isKeyed });
    if (inMs === null) return all;
    all.push(inMs);
    if (reply.kind === "problem") busyMs += inMs;
  }
  throw new Error("the patience has no end");
}

it("a lost reply is asked for again at growing distances, and not for ever", () => {
  expect(pauses(LOST, PATIENT)).toEqual([250, 500, 1000, 2000]);
  expect(pauses(LOST, BRIEF)).toEqual([250]);
  expect(pauses(LOST, STUBBORN)).toHaveLength(9);
});

it("a busy server's Retry-After is kept, within reason, and its patience is bounded by time", () => {
  expect(repeatInMs(busy(503, "3"), PATIENT, { tries: 1, busyMs: 0, isKeyed: true })).toBe(3000);
  expect(repeatInMs(busy(503, "86400"), PATIENT, { tries: 1, busyMs: 0, isKeyed: true })).toBe(10_000);
  expect(pauses(busy(503), PATIENT)).toHaveLength(60);
  expect(pauses(busy(503, "0"), PATIENT)).not.toContain(0);
  expect(pauses(busy(503), BRIEF)).toEqual([]);
});

it.each([200, 400, 401, 403, 404, 410, 413, 415, 422, 500])(
  "%i is an answer, not a reason to repeat",
  (status) => {
    expect(pauses(busy(status), STUBBORN)).toEqual([]);
  },
);

it("409 passes only where it means that the first request with this key still runs", () => {
  expect(pauses(busy(409), PATIENT).length).toBeGreaterThan(0);
  expect(pauses(busy(409), PATIENT, false)).toEqual([]);
});
