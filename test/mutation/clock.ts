import type { Mutation } from "./mutation.ts";

const CLOCK_LUA = "packages/store/src/scripts/clock.lua";
const ACCOUNT_CLOCK = "packages/store/src/account-clock.ts";
const LIB = "packages/store/src/scripts/lib";
const SET = "packages/store/test/clock-set.redis.test.ts";
const EXPIRY = "packages/store/test/clock-expiry.redis.test.ts";

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
  {
    safeguard: "Pacing: a domain's minute does not expire by Redis's clock",
    promise: "P3",
    file: `${LIB}/domains.lua`,
    from: "redis.call('HINCRBY', key, second, n)\n      redis.call('PERSIST', key)",
    to: "redis.call('HINCRBY', key, second, n)\n      redis.call('PEXPIRE', key, 63000)",
    test: [EXPIRY, "makes no room in a domain's minute"],
  },
  {
    safeguard: "Pacing: a domain's minute that goes on is not taken for one that is over",
    promise: "P3",
    file: `${LIB}/domains.lua`,
    from: "wide('ZADD', P .. 'windows', written, 2)",
    to: "for i = 2, #written, 2 do redis.call('ZADD', P .. 'windows', 'NX', second, written[i]) end",
    test: [EXPIRY, "counts what is sent after the last one was over"],
  },
  {
    safeguard: "Pacing: a domain's minute in which an older program sends is not over",
    promise: "P3",
    file: `${LIB}/domains.lua`,
    from: "last = math.max(last, tonumber(bucket))",
    to: "last = 0",
    test: [EXPIRY, "counts what an older program sends in it"],
  },
  {
    safeguard: "Pacing: domains that the provider throttles are not let go by Redis's clock",
    promise: "P3",
    file: `${LIB}/domains.lua`,
    from: "redis.call('PERSIST', key)\n    return found",
    to: "redis.call('PEXPIRE', key, ms + 1000)\n    return found",
    test: [EXPIRY, "does not let a domain go that the provider throttles"],
  },
  {
    safeguard: "Quota: a day's ledger does not expire by Redis's clock",
    promise: "P4",
    file: `${LIB}/quota.lua`,
    from: "redis.call('PERSIST', quotaKey(class, day))",
    to: "redis.call('PEXPIREAT', quotaKey(class, day), day + 4 * 86400000)",
    test: [EXPIRY, "makes no room in the day's quota"],
  },
  {
    safeguard: "Quota: a ledger that an older program wrote is kept as well",
    promise: "P4",
    file: `${LIB}/quota.lua`,
    from: "redis.call('PERSIST', quotaKey(class, day))",
    to: "",
    test: [EXPIRY, "that an older program wrote loses its time to live"],
  },
  {
    safeguard: "Quota: a day's ledger stays when a host that is far ahead writes in a day to come",
    promise: "P4",
    file: `${LIB}/quota.lua`,
    from: "math.min(tonumber(day), now) - FORGOTTEN_MS",
    to: "day - FORGOTTEN_MS",
    test: [EXPIRY, "stays where a host that is weeks ahead"],
  },
  {
    safeguard: "A batch does not expire by Redis's clock while its keys rest",
    promise: "P1",
    file: `${LIB}/spacing.lua`,
    from: "if redis.call('ZSCORE', L .. ':resting', number) or redis",
    to: "redis.call('PEXPIRE', B, KEPT_MS)\n    if redis.call('ZSCORE', L .. ':resting', number) or redis",
    test: [EXPIRY, "keeps no key that rests from being sent again"],
  },
  {
    safeguard: "A batch does not expire by Redis's clock while rows of the list may be its own",
    promise: "P2",
    file: `${LIB}/spacing.lua`,
    from: "if b[1] == 'ended' then redis.call('ZADD', L .. ':ended', now + LOOK_MS, number) end",
    to: "if redis.call('ZSCORE', L .. ':known', number) then redis.call('PEXPIRE', B, KEPT_MS) end",
    test: ["packages/store/test/lookup-rows.redis.test.ts", "is known when that batch has ended, too"],
  },
];
