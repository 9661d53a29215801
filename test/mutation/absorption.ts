import type { Mutation } from "./mutation.ts";

const LUA = "packages/store/src/scripts";
const TAKEN_IN = "packages/store/test/absorb.redis.test.ts";
const RETURNED = "packages/store/test/absorb-return.redis.test.ts";

/** P5: wider work absorbs narrower, and gives it back. */
export const ABSORPTION: readonly Mutation[] = [
  {
    safeguard: "Nothing is absorbed by what is weaker, or of another area",
    promise: "P5",
    file: `${LUA}/lib/cover.lua`,
    from: "if not reaches(rules[name], name, parsed(wide), parsed(narrow)) then known[pair] = false end",
    to: "",
    test: [TAKEN_IN, "does not absorb"],
  },
  {
    safeguard: "A URL that leads out of a directory is not absorbed by it",
    promise: "P5",
    file: `${LUA}/lib/cover.lua`,
    from: "string.find('/' .. string.gsub(path, '%%2[eE]', '.') .. '/', '/%.%.?/')",
    to: "nil",
    test: [TAKEN_IN, "does not absorb"],
  },
  {
    safeguard: "Nothing is absorbed by what was sealed before it",
    promise: "P2",
    file: `${LUA}/lib/cover.lua`,
    from: "return root.seal > stagedAt(held)",
    to: "return true",
    test: [TAKEN_IN, "absorbs what was staged before its seal, and nothing that came later"],
  },
  {
    safeguard: "What has absorbed something is not absorbed by what was sealed before",
    promise: "P2",
    file: `${LUA}/lib/cover.lua`,
    from: "if redis.call('HEXISTS', laneKey(lane) .. ':absorbs', refKey(held)) == 1 then return false end",
    to: "",
    test: [
      TAKEN_IN,
      "does not reach what a directory absorbed that was sealed too late to be absorbed itself",
    ],
  },
  {
    safeguard: "Absorption asks when the last interest was staged",
    promise: "P2",
    file: `${LUA}/lib/cover.lua`,
    from: "for _, ref in ipairs(interests) do newest = math.max(newest, clockOf(ref)) end",
    to: "",
    test: [TAKEN_IN, "leaves a key alone that somebody wanted again after its seal"],
  },
  {
    safeguard: "Absorption takes a retried target for staged anew",
    promise: "P2",
    file: `${LUA}/retry.lua`,
    from: "redis.call('HSET', K, 'k:' .. math.floor(positions[1] / CHUNK), redis.call('INCR', P .. 'clock'))",
    to: "redis.call('INCR', P .. 'clock')",
    test: [TAKEN_IN, "leaves a target alone that was retried after its seal"],
  },
  {
    safeguard: "What was absorbed is confirmed by confirmation alone",
    promise: "P5",
    file: `${LUA}/lib/absorb.lua`,
    from: "absorb.settle(lane, refs, letter == 'c' and 'c' or 'p')",
    to: "absorb.settle(lane, refs, 'c')",
    test: [RETURNED, "in its old place, when the directory ends"],
  },
  {
    safeguard: "What was absorbed returns when the wider work ends badly",
    promise: "P5",
    file: `${LUA}/lib/ending.lua`,
    from: "for to, list in pairs(endedAs) do absorb.ended(b[1], list, to) end",
    to: "if endedAs.c then absorb.ended(b[1], endedAs.c, 'c') end",
    test: [RETURNED, "in its old place, when the directory ends"],
  },
  {
    safeguard: "What was absorbed returns when the wider work is cancelled",
    promise: "P5",
    file: `${LUA}/cancel.lua`,
    from: "absorb.ended(lane, ended, 'x')",
    to: "",
    test: [RETURNED, "when the directory is cancelled"],
  },
  {
    safeguard: "What was absorbed returns when the wider work's day is over",
    promise: "P5",
    file: `${LUA}/take.lua`,
    from: "absorb.spent(lane, guardEnd)",
    to: "",
    test: [
      RETURNED,
      "a directory that waits for another day gives back what it absorbed, and takes nothing in",
    ],
  },
  {
    safeguard: "What was absorbed returns when a sealed batch waits for another day",
    promise: "P5",
    file: `${LUA}/take.lua`,
    from: "if why == 'quota' then absorb.settle(lane, refsOf(number), 'p') end",
    to: "",
    test: [
      RETURNED,
      "a sealed directory that the provider refused for want of quota gives back what it absorbed",
    ],
  },
  {
    safeguard: "Nothing is absorbed by what has no quota",
    promise: "P5",
    file: `${LUA}/lib/cover.lua`,
    from: "root.takes = not cover.isSpent(lane, root.options)",
    to: "root.takes = true",
    test: [
      RETURNED,
      "a directory that waits for another day gives back what it absorbed, and takes nothing in",
    ],
  },
  {
    safeguard: "What was absorbed can be cancelled",
    promise: "P5",
    file: `${LUA}/cancel.lua`,
    from: "if vias[i] then spots[3] = { P .. 'absorbed:' .. vias[i], lane .. ' ' .. digest } end",
    to: "",
    test: [TAKEN_IN, "goes with its last interest when it is cancelled, and the directory stays"],
  },
  {
    safeguard: "The sweep returns what was absorbed by work that ended without a word",
    promise: "P12",
    file: `${LUA}/lib/absorb.lua`,
    from: "if way == '' then way = 'p0' end",
    to: "",
    test: [
      TAKEN_IN,
      "is found by the sweep where a program that knows no absorption has ended the directory",
    ],
  },
  {
    safeguard: "A prefetch finds the purge that was absorbed",
    promise: "P6",
    file: `${LUA}/lib/absorb.lua`,
    from: "addUnderway(L, digests, refs)",
    to: "",
    test: [
      TAKEN_IN,
      "keeps prefetches behind it that were staged after the directory, where it has to go itself",
    ],
  },
  {
    safeguard: "The end of a purge that was absorbed frees its prefetches",
    promise: "P6",
    file: `${LUA}/lib/absorb.lua`,
    from: "order.endPurges(laneAfter(lane), refs, reasons)",
    to: "",
    test: [TAKEN_IN, "keeps prefetches behind it, whenever they were staged"],
  },
];
