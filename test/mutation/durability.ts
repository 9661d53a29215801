import type { Mutation } from "./mutation.ts";

const LUA = "packages/store/src/scripts";
const STORE = "packages/store/test";

/** P1 and P2: nothing is lost, and nothing is satisfied by what began before it. */
export const DURABILITY: readonly Mutation[] = [
  {
    safeguard: "Staging a chunk twice is staging it once",
    promise: "P1",
    file: `${LUA}/stage.lua`,
    from: "local progress = redis.call('HGET', K, 'c:' .. chunk)",
    to: "local progress = nil",
    test: [`${STORE}/stage.redis.test.ts`, "changes nothing when it is repeated, however often"],
  },
  {
    safeguard: "A repeated Idempotency-Key gets the first answer",
    promise: "P1",
    file: `${LUA}/claim_key.lua`,
    from: "if r[3] then return { 'replay', r[3] } end",
    to: "",
    test: [`${STORE}/idempotency.redis.test.ts`, "a key is its first caller's until it has answered"],
  },
  {
    safeguard: "An Idempotency-Key whose try nobody heard of keeps its intent's id",
    promise: "P1",
    file: `${LUA}/claim_key.lua`,
    from: "return { 'mine', r[2] }",
    to: "return { 'mine', ARGV[2] }",
    test: [
      "test/integration/api-redis-away.test.ts",
      "a request that Redis was silent to makes one intent when its key comes again",
    ],
  },
  {
    safeguard: "Rescue finishes a staging that a crash cut off",
    promise: "P1",
    file: `${LUA}/sweep.lua`,
    from: "redis.call('ZRANGEBYSCORE', P .. 'unstaged', '-inf', now, 'LIMIT', 0, 10)",
    to: "{}",
    test: [
      `${STORE}/stage.redis.test.ts`,
      "is completed by a repetition when a crash cut it off between two chunks",
    ],
  },
  {
    safeguard: "Rescue queues the job of a slot that nobody has seen",
    promise: "P1",
    file: `${LUA}/sweep.lua`,
    from: "redis.call('ZRANGEBYSCORE', P .. 'unacked', '-inf', now - 1000, 'LIMIT', 0, MOST)",
    to: "{}",
    test: [`${STORE}/rescue.redis.test.ts`, "hand out again the slots whose job nobody has seen"],
  },
  {
    safeguard: "Rescue sends again what is past its deadline",
    promise: "P1",
    file: `${LUA}/sweep.lua`,
    from: "redis.call('ZRANGEBYSCORE', L .. ':sending', '-inf', now, 'LIMIT', 0, MOST)",
    to: "{}",
    test: [
      `${STORE}/record.redis.test.ts`,
      "an attempt past its deadline is sent again by another slot, once",
    ],
  },
  {
    safeguard: "Claim idempotence: a job that runs again finds the batch that it was sending",
    promise: "P1",
    file: `${LUA}/take.lua`,
    from: "local held = redis.call('HGET', P .. 'held', slot)",
    to: "local held = false",
    test: [`${STORE}/record.redis.test.ts`, "a job that runs again after a crash sends its batch again"],
  },
  {
    safeguard: "Fence: the record of an overtaken attempt is refused",
    promise: "P2",
    file: `${LUA}/record.lua`,
    from: "if b[1] ~= ARGV[5] or b[2] ~= 'sending' then",
    to: "if b[2] ~= 'sending' then",
    test: [`${STORE}/record.redis.test.ts`, "the first attempt's record is refused"],
  },
  {
    safeguard: "Fence: an overtaken attempt gets no further permit",
    promise: "P2",
    file: `${LUA}/permit.lua`,
    from: "if b[1] ~= ARGV[7] or b[2] ~= 'sending' then return { 0, 0, 2 } end",
    to: "",
    test: [
      `${STORE}/gate.redis.test.ts`,
      "grants nothing more to an attempt that another one has taken over",
    ],
  },
  {
    safeguard: "Freshness: a sealed key leaves the queue, so a later purge is another generation",
    promise: "P2",
    file: `${LUA}/lib/fill.lua`,
    from: "redis.call('HDEL', L .. ':keys', unpack(digests))",
    to: "",
    test: [`${STORE}/pipeline.redis.test.ts`, "merges what waits, and never what is sealed"],
  },
  {
    safeguard: "Settle atomicity: the second answer to a task changes nothing",
    promise: "P1",
    file: `${LUA}/settle.lua`,
    from: "if not dropTask(ref) then return { 0, {}, {}, {}, {} } end",
    to: "dropTask(ref)",
    test: [
      `${STORE}/settle.redis.test.ts`,
      "ends items one by one, the batch with the last, and a replay changes nothing",
    ],
  },
  {
    safeguard: "Settle atomicity: a task stays until the last step of its answer",
    promise: "P1",
    file: `${LUA}/settle.lua`,
    from: "local first = redis.call('HEXISTS', P .. 'tasks', ref) == 1 and firstEnds()",
    to: "local first = dropTask(ref) and firstEnds()",
    test: [
      `${STORE}/settle.redis.test.ts`,
      "ends the items of many intents in steps that let others in between",
    ],
  },
  {
    safeguard: "Settle atomicity: an end is written once",
    promise: "P1",
    file: `${LUA}/lib/ending.lua`,
    from: "and not IS_END[old] then",
    to: "then",
    test: [
      `${STORE}/settle.redis.test.ts`,
      "ends items one by one, the batch with the last, and a replay changes nothing",
    ],
  },
  {
    safeguard: "Failover: no number is given again",
    promise: "P1",
    file: `${LUA}/lib/base.lua`,
    from: "local NUMBERS_APART = 100000",
    to: "local NUMBERS_APART = 0",
    test: [`${STORE}/failover.redis.test.ts`, "gives no number of what was lost again"],
  },
  {
    safeguard: "Claim idempotence: tasks of a query that died are asked for again",
    promise: "P1",
    file: `${LUA}/claim_polls.lua`,
    from: "if #leased > 0 then redis.call('ZADD', C .. ':due', unpack(leased)) end",
    to: "",
    test: [
      `${STORE}/polls.redis.test.ts`,
      "tasks of a slot that dies come back after their lease, each once",
    ],
  },
  {
    safeguard: "An answer is written, though the store is away for a moment",
    promise: "P1",
    file: "packages/engine/src/work/submit.ts",
    from: "surely(ports, () => ports.store.record(slot, batch, verdict, answered.seen))",
    to: "ports.store.record(slot, batch, verdict, answered.seen)",
    test: ["packages/engine/test/work/safeguards.test.ts", "through a store that is away for a moment"],
  },
];
