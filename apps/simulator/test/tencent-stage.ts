import type { AccountSettings } from "@purgeline/core";
import { afterEach } from "vitest";
import { type PlayedForTest, playAccount } from "../src/tencent/play-account.ts";

type Play = (...args: Parameters<typeof playAccount>) => Promise<PlayedForTest>;

/** For a test file: plays accounts with these settings, and closes them after each test. */
export function createStage(defaults: Partial<AccountSettings> = {}): Play {
  const open: PlayedForTest[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ sim }) => sim.close()));
  });
  return async (changes, ...rest) => {
    const played = await playAccount({ ...defaults, ...changes }, ...rest);
    open.push(played);
    return played;
  };
}
