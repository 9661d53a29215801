import { describe, expect, it } from "vitest";
import { checkLedgers } from "./check-ledgers.ts";

const asked = (url: string, beganAtMs: number) => ({ urls: [url], beganAtMs, answeredAtMs: beganAtMs + 10 });
const sent = (url: string, atMs: number) => ({ urls: [url], atMs, sealedAtMs: atMs - 20 });
const check = (intents: ReturnType<typeof asked>[], submits: ReturnType<typeof sent>[]) =>
  checkLedgers(intents, submits);

describe("the checker of the ledgers", () => {
  it("is content when each URL went once, after it was asked for", () => {
    expect(check([asked("a", 0)], [sent("a", 100)])).toMatchObject({
      sentOnce: 1,
      stale: [],
      needless: [],
      unknown: [],
    });
  });

  it("finds a URL that went before somebody asked again, and never after", () => {
    expect(check([asked("a", 0), asked("a", 5000)], [sent("a", 100)]).stale).toEqual(["a"]);
  });

  it("finds a URL that was never sent", () => {
    expect(check([asked("a", 0)], []).stale).toEqual(["a"]);
  });

  it("finds a second sending that nobody asked for since the first", () => {
    expect(check([asked("a", 0)], [sent("a", 1000), sent("a", 2000)]).needless).toEqual(["a"]);
    expect(check([asked("a", 0), asked("a", 1500)], [sent("a", 1000), sent("a", 2000)]).needless).toEqual([]);
  });

  it("finds what nobody asked for at all", () => {
    expect(check([], [sent("a", 1)]).unknown).toEqual(["a"]);
  });
});
