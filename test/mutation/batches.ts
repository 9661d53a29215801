import type { Mutation } from "./mutation.ts";

const LUA = "packages/store/src/scripts";
const STORE = "packages/store/test";

/** P5 to P8: what shares a call, what waits for what, and who waits for whom. */
export const BATCHES: readonly Mutation[] = [
  {
    safeguard: "Thrift: one key is sent once, however many wait for it",
    promise: "P5",
    file: `${LUA}/lib/enqueue.lua`,
    from: "local refs = redis.call('HMGET', L .. ':keys', unpack(digests))",
    to: "local refs = {}",
    test: [`${STORE}/stage.redis.test.ts`, "merge while their key waits"],
  },
  {
    safeguard: "Order barrier: a prefetch waits for the purges that reach it",
    promise: "P6",
    file: `${LUA}/stage.lua`,
    from: "coversOf(lane, ARGV[19], ARGV[20])",
    to: "nil",
    test: [`${STORE}/order.redis.test.ts`, "that was sealed before, and for each of several"],
  },
  {
    safeguard: "Order barrier: a prefetch whose purge failed fails",
    promise: "P6",
    file: `${LUA}/lib/ending.lua`,
    from: "purgeReasons[#purges] = to ~= 'c' and order.failure(to, why[i])",
    to: "purgeReasons[#purges] = false",
    test: [`${STORE}/order.redis.test.ts`, "a prefetch fails with its purge"],
  },
  {
    safeguard: "Isolation: a producer's turn ends",
    promise: "P7",
    file: `${LUA}/lib/fill.lua`,
    from: "  if turn < 1 then\n",
    to: "  if false then\n",
    test: [
      `${STORE}/take-fair.redis.test.ts`,
      "a flood of 50,000 by one producer delays ten targets of another by one batch",
    ],
  },
  {
    safeguard: "Isolation: every 8th call starts with normal targets",
    promise: "P7",
    file: `${LUA}/lib/fill.lua`,
    from: "normalFirst = both and turn % 8 == 0",
    to: "normalFirst = false",
    test: [`${STORE}/take-when.redis.test.ts`, "every 8th call starts with normal targets"],
  },
  {
    safeguard: "Isolation: a refused batch is parted until the culprit stands alone",
    promise: "P7",
    file: "packages/core/src/verdict.ts",
    from: 'if (at.items.length > 1) return { do: "split", code, message };',
    to: "",
    test: ["packages/core/test/verdict.test.ts", "poisoned"],
  },
  {
    safeguard: "Isolation: a refused credential stops whoever calls with it, and nobody else",
    promise: "P7",
    file: `${LUA}/lib/stop.lua`,
    from: "if now < at then return at, 'stopped' end",
    to: "",
    test: [`${STORE}/stop.redis.test.ts`, "is called with once at first, then once in ten minutes, all day"],
  },
  {
    safeguard: "Spacing: a key is not sent again before its last sending has rested",
    promise: "P8",
    file: `${LUA}/lib/fill.lua`,
    from: "if wanted[i] and under[i] then",
    to: "if false then",
    test: [`${STORE}/spacing.redis.test.ts`, "waits for the second sending of a batch whose worker died"],
  },
  {
    safeguard: "Isolation: a refused batch is parted by halves",
    promise: "P7",
    file: `${LUA}/lib/split.lua`,
    from: "at <= math.floor(size / 2)",
    to: "at <= math.min(1, size - 1)",
    test: [`${STORE}/bisect.redis.test.ts`, "whichever targets are refused, each is found"],
  },
  {
    safeguard: "Isolation: parts of a refused batch take turns with new work",
    promise: "P7",
    file: `${LUA}/take.lua`,
    from: "redis.call('HEXISTS', L, 'part') == 1",
    to: "false",
    test: [`${STORE}/take-fair.redis.test.ts`, "parts of a refused batch"],
  },
  {
    safeguard: "Isolation: an outage holds one account's call",
    promise: "P7",
    file: `${LUA}/lib/gate.lua`,
    from: "return P .. 'hold:' .. call end",
    to: "return 'hold:' .. call end",
    test: ["test/integration/isolation.test.ts", "a dead provider"],
  },
  {
    safeguard: "Isolation: nobody waits for a connection that another account's call holds",
    promise: "P7",
    file: "packages/http/src/transport.ts",
    from: "connections: null",
    to: "connections: 128",
    test: ["packages/http/src/transport.test.ts", "does not wait for others of the same provider that hang"],
  },
];
