import type { Mutation } from "./mutation.ts";

const CLOCK_LUA = "packages/store/src/scripts/clock.lua";
const ACCOUNT_CLOCK = "packages/store/src/account-clock.ts";
const SET = "packages/store/test/clock-set.redis.test.ts";

/** P3 and P4: what hangs on Redis's clock goes on evenly when that is set. */
export const CLOCK: readonly Mutation[] = [
  {
    safeguard: "Pacing: a step that finds Redis's clock set does nothing",
    promise: "P3",
    file: "packages/store/src/scripts/lib/base.lua",
    from: "if least ~= '' and (now < tonumber(least) or now > tonumber(most)) then",
    to: "if false then",
    test: [SET, "lets no call through too early, and holds none up"],
  },
  {
    safeguard: "Pacing: what Redis's clock was set by is made up for",
    promise: "P3",
    file: CLOCK_LUA,
    from: "redis.call('HSET', P .. 'account', 'shiftMs', shift)",
    to: "",
    test: [SET, "moves no instant that something waits for"],
  },
  {
    safeguard: "Pacing: a step that is late is not taken for one that found Redis's clock set",
    promise: "P3",
    file: ACCOUNT_CLOCK,
    from: "told.shiftMs === reading.shiftMs && wasSet(told.nowMs, reading, sentAt, heardAt)",
    to: "told.shiftMs === reading.shiftMs",
    test: [SET, "a Redis that is slow, or was stopped, is not taken for one whose clock was set"],
  },
  {
    safeguard: "Pacing: what another process has made up for is not made up for again",
    promise: "P3",
    file: ACCOUNT_CLOCK,
    from: "told.shiftMs === reading.shiftMs && wasSet(told.nowMs, reading, sentAt, heardAt)",
    to: "wasSet(told.nowMs, reading, sentAt, heardAt)",
    test: [SET, "is made up for by those who saw it before, and not once more by who came after"],
  },
  {
    safeguard: "Pacing: a late answer takes no newer one's place as the account's time",
    promise: "P3",
    file: ACCOUNT_CLOCK,
    from: "if (last === null || reading.sentAt >= last.sentAt) last = reading;",
    to: "last = reading;",
    test: [
      "packages/store/test/account-clock.test.ts",
      "an answer that comes late takes no newer one's place",
    ],
  },
  {
    safeguard: "An intent that is held goes by Redis's clock when that is set",
    promise: "P3",
    file: CLOCK_LUA,
    from: "  moveHeld(before)\n",
    to: "",
    test: [SET, "leaves what is held its own instant, by Redis's clock"],
  },
  {
    safeguard: "Quota: where Redis's clock was set, the provider's day is in doubt until its next answer",
    promise: "P4",
    file: CLOCK_LUA,
    from: "redis.call('HINCRBY', P .. 'account', 'skewDoubtMs', string.format('%.0f', math.abs(by)))",
    to: "",
    test: [SET, "around a reset nobody knows the provider's day until its next answer"],
  },
];
