import type { VirtualClock } from "./clock.ts";
import { createDailyQuota } from "./daily-quota.ts";
import type { Faults } from "./faults.ts";
import type { PlayedAccount, SimulatedAccount } from "./index.ts";
import { createKeyedWindows } from "./sliding-window.ts";
import { createTaskStore } from "./tasks.ts";

interface Stage {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly completeMs: number;
  readonly codes: readonly string[];
}

/** All that the provider keeps about one account. */
export function play(
  { settings, limits: granted }: SimulatedAccount,
  { clock, faults, completeMs, codes }: Stage,
): PlayedAccount {
  let limits = granted;
  return {
    settings,
    get limits() {
      return limits;
    },
    grant(next) {
      limits = next;
    },
    quota: createDailyQuota(() => limits.quotas, limits.resetTimeZone, clock.nowMs),
    tasks: createTaskStore({
      account: settings.name,
      completeMs,
      lookBackMs: limits.lookBackMs,
      clock,
      faults,
    }),
    windows: createKeyedWindows(clock.monotonicMs),
    codes,
  };
}
