import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { heavyChunks } from "./heavy-chunks.ts";

describe("heavy chunks", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Chunks that take `tookMs` each; what has begun, and when. */
  function chunks(tookMs: number) {
    const inTurn = heavyChunks(Date.now);
    const startedAt = Date.now();
    const begun: string[] = [];
    const hand = (name: string, targets = 1000): Promise<void> =>
      inTurn(targets, async () => {
        begun.push(`${name} at ${Date.now() - startedAt}`);
        await new Promise((resolve) => setTimeout(resolve, tookMs));
      });
    return { begun, hand };
  }

  test("go one after the other, at once where nobody else asks", async () => {
    const { begun, hand } = chunks(4);
    for (const name of ["a", "b", "c"]) void hand(name);
    await vi.advanceTimersByTimeAsync(100);
    expect(begun).toEqual(["a at 0", "b at 4", "c at 8"]);
  });

  test("leave Redis to others who ask for three times as long as each took, for a second after their last", async () => {
    const { begun, hand } = chunks(4);
    void hand("small", 249);
    for (const name of ["a", "b", "c"]) void hand(name);
    await vi.advanceTimersByTimeAsync(1000);
    void hand("d");
    void hand("e");
    await vi.advanceTimersByTimeAsync(100);
    expect(begun).toEqual(["small at 0", "a at 0", "b at 16", "c at 32", "d at 1000", "e at 1004"]);
  });

  test("rest for 15 ms at most, however busy Redis was with others", async () => {
    const { begun, hand } = chunks(20);
    void hand("small", 1);
    void hand("a");
    void hand("b");
    await vi.advanceTimersByTimeAsync(100);
    expect(begun).toEqual(["small at 0", "a at 0", "b at 35"]);
  });

  test("hold up nothing small", async () => {
    const { begun, hand } = chunks(20);
    void hand("a");
    void hand("b");
    void hand("small", 249);
    await vi.advanceTimersByTimeAsync(0);
    expect(begun.toSorted()).toEqual(["a at 0", "small at 0"]);
  });

  test("wait 50 ms for each other where Redis is silent, and not for its time-outs", async () => {
    const { begun, hand } = chunks(5000);
    for (const name of ["a", "b", "c"]) void hand(name);
    await vi.advanceTimersByTimeAsync(200);
    expect(begun).toEqual(["a at 0", "b at 50", "c at 100"]);
  });

  test("pass the turn on when one fails", async () => {
    const inTurn = heavyChunks(Date.now);
    const failed = expect(inTurn(1000, () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    const next = inTurn(1000, () => Promise.resolve("staged"));
    await vi.advanceTimersByTimeAsync(10);
    await failed;
    await expect(next).resolves.toBe("staged");
  });
});
