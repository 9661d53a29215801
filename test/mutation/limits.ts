import type { Mutation } from "./mutation.ts";

const LUA = "packages/store/src/scripts";
const STORE = "packages/store/test";

/** P3, P4 and P10: rates, quota and memory. */
export const LIMITS: readonly Mutation[] = [
  {
    safeguard: "Pacing: the n-th grant waits for a window after the one n before it",
    promise: "P3",
    file: `${LUA}/lib/gate.lua`,
    from: "redis.call('LINDEX', logKey, -limit)",
    to: "redis.call('LINDEX', logKey, -limit - 1)",
    test: [`${STORE}/gate.redis.test.ts`, "grants never more than its limit in any second"],
  },
  {
    safeguard: "Pacing: where the store has lost its state a whole window is waited out",
    promise: "P3",
    file: `${LUA}/take.lua`,
    from: "redis.call('HSET', P .. 'account', 'lostAt', now)",
    to: "",
    test: [`${STORE}/gate.redis.test.ts`, "waits out a whole window when the store has forgotten"],
  },
  {
    safeguard: "Pacing: a step that finds Redis's clock set does nothing",
    promise: "P3",
    file: `${LUA}/lib/base.lua`,
    from: "if least ~= '' and (now < tonumber(least) or now > tonumber(most)) then",
    to: "if false then",
    test: [`${STORE}/clock-set.redis.test.ts`, "lets no call through too early, and holds none up"],
  },
  {
    safeguard: "Pacing: what the provider throttles goes on at half of its rate",
    promise: "P3",
    file: `${LUA}/lib/gate.lua`,
    from: "math.floor(share / 2)",
    to: "share",
    test: [`${STORE}/gate-throttled.redis.test.ts`, "has half of its rate then"],
  },
  {
    safeguard: "Pacing: an answer does not lift what the provider said to wait",
    promise: "P3",
    file: `${LUA}/lib/gate.lua`,
    from: "if hold[2] == 'rate' and tonumber(hold[1]) > now then",
    to: "if false then",
    test: [`${STORE}/gate-throttled.redis.test.ts`, "is not opened by the answer of a call"],
  },
  {
    safeguard: "Pacing: a permit that is too old is not used",
    promise: "P3",
    file: "packages/engine/src/work/call.ts",
    from: "if (ageMs >= permit.ageMs) return false;",
    to: "",
    test: ["packages/engine/test/work/submit.test.ts", "asks for another permit when the first is too old"],
  },
  {
    safeguard: "Quota: what a batch needs is reserved with its seal",
    promise: "P4",
    file: `${LUA}/lib/quota.lua`,
    from: "redis.call('HINCRBY', quotaKey(class, day), 'reserved', units)",
    to: "",
    test: [`${STORE}/quota.redis.test.ts`, "is reserved by the seal and spent by the answer"],
  },
  {
    safeguard: "Quota: around the reset a unit is booked in both days",
    promise: "P4",
    file: `${LUA}/lib/quota.lua`,
    from: "if reset - at < guardMs then return { reset, resets[i + 1] }, reset + guardMs end",
    to: "",
    test: [`${STORE}/quota.redis.test.ts`, "is booked in both days around the reset"],
  },
  {
    safeguard: "Quota: the day turns by the provider's clock",
    promise: "P4",
    file: `${LUA}/lib/quota.lua`,
    from: "local at = now + tonumber(provider[1] or '0')",
    to: "local at = now",
    test: [`${STORE}/quota.redis.test.ts`, "turns by the provider's clock, not by ours"],
  },
  {
    safeguard: "Bounded: new work leaves room to drain what is there",
    promise: "P10",
    file: "packages/store/src/memory.ts",
    from: "if (given + bytes > room) return false;",
    to: "",
    test: [`${STORE}/room.redis.test.ts`, "ends at the configured part of maxmemory"],
  },
  {
    safeguard: "Failover: a window is waited out",
    promise: "P3",
    file: `${LUA}/lib/base.lua`,
    from: "redis.call('HSET', P .. 'account', 'lostAt', now)",
    to: "redis.call('HDEL', P .. 'account', 'lostAt')",
    test: [`${STORE}/failover.redis.test.ts`, "waits out a window, though new stagings have made up"],
  },
  {
    safeguard: "Quota: what was refused is given back when its batch is parted",
    promise: "P4",
    file: `${LUA}/lib/split.lua`,
    from: "settleReservation(B, false)",
    to: "",
    test: [`${STORE}/bisect.redis.test.ts`, "whichever targets are refused, each is found"],
  },
];
