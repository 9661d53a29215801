import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LoopWatch } from "../src/loop-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function bundle() {
  const clock = { ms: 0 };
  const watch = new LoopWatch(1000, () => clock.ms);
  const pass = (ms: number): void => {
    clock.ms += ms;
    vi.advanceTimersByTime(ms);
  };
  return { watch, pass };
}

describe("a watched loop", () => {
  it("is stalled when it has work and has not turned for longer than allowed", () => {
    const { watch, pass } = bundle();
    const turn = watch.watch("rescue", () => true);
    pass(1000);
    expect(watch.stalled()).toEqual([]);
    pass(1);
    expect(watch.stalled()).toEqual(["rescue"]);
    turn();
    expect(watch.stalled()).toEqual([]);
  });

  it("is idle, not stalled, while it has nothing that it could do", () => {
    const { watch, pass } = bundle();
    watch.watch("rescue", () => false);
    pass(100_000);
    expect(watch.stalled()).toEqual([]);
  });

  it("is reported once for each time that it stalls, until the process stops", () => {
    const { watch, pass } = bundle();
    const stop = new AbortController();
    const reported: string[] = [];
    watch.reportTo((loop) => void reported.push(loop), stop.signal);
    const turn = watch.watch("rescue", () => true);
    pass(1500);
    pass(1500);
    expect(reported).toEqual(["rescue"]);
    turn();
    pass(500);
    pass(1500);
    expect(reported).toEqual(["rescue", "rescue"]);
    turn();
    pass(500);
    stop.abort();
    pass(5000);
    expect(reported).toHaveLength(2);
  });
});
