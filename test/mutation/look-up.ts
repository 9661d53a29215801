import type { Mutation } from "./mutation.ts";

const LUA = "packages/store/src/scripts";
const LISTED = "packages/store/test/lookup.redis.test.ts";
const ROWS = "packages/store/test/lookup-rows.redis.test.ts";

/** P8: a call whose answer was lost. */
export const LOOK_UP: readonly Mutation[] = [
  {
    safeguard: "A lost answer is looked up before the call is paid for again",
    promise: "P8",
    file: `${LUA}/lib/lost.lua`,
    from: "if not lookup or not sent then",
    to: "if true then",
    test: [LISTED, "is not sent before the list has told"],
  },
  {
    safeguard: "Nothing is sent again while its question is open",
    promise: "P8",
    file: `${LUA}/take.lua`,
    from: "if lost.isAsked(L, number) then",
    to: "if false then",
    test: [LISTED, "is not sent before the list has told"],
  },
  {
    safeguard: "The list is asked when it must show the call",
    promise: "P8",
    file: `${LUA}/lib/lost.lua`,
    from: "math.ceil((now + lookup.afterMs) / 500) * 500",
    to: "now",
    test: [LISTED, "is looked up when the list must show it"],
  },
  {
    safeguard: "A lost question is no reason to wait",
    promise: "P1",
    file: `${LUA}/lib/lost.lua`,
    from: "if redis.call('HEXISTS', P .. 'tasks', lost.ref(number)) == 1 then return true end",
    to: "if true then return true end",
    test: [LISTED, "is sent again where its question was lost"],
  },
  {
    safeguard: "A list that shows a part is asked again",
    promise: "P8",
    file: `${LUA}/settle_lookup.lua`,
    from: "redis.call('HINCRBY', B, 'looks', 1) < MOST_LOOKS",
    to: "false",
    test: [LISTED, "of which the list shows a part"],
  },
  {
    safeguard: "A question takes one answer",
    promise: "P8",
    file: `${LUA}/settle_lookup.lua`,
    from: "if b[1] ~= ARGV[4] or not",
    to: "if not",
    test: [LISTED, "takes one answer"],
  },
  {
    safeguard: "An earlier batch's row is not adopted: it has told of its URLs before",
    promise: "P8",
    file: `${LUA}/lib/others.lua`,
    from: "if rivals[row.digest] or byId[row.id][row.digest] then return true end",
    to: "if rivals[row.digest] then return true end",
    test: [ROWS, "the later purge of the same URLs is sent again"],
  },
  {
    safeguard: "Two batches may share a task's id",
    promise: "P8",
    file: `${LUA}/lib/others.lua`,
    from: "byId[row.id][row.digest]",
    to: "next(byId[row.id])",
    test: [ROWS, "may share its id"],
  },
  {
    safeguard: "A row that may be another option set's is not adopted",
    promise: "P8",
    file: `${LUA}/lib/others.lua`,
    from: "if other ~= number and o[1] ~= options and o[2] then",
    to: "if false then",
    test: [ROWS, "look like the batch's own"],
  },
  {
    safeguard: "A row of before the attempt is not adopted",
    promise: "P8",
    file: "packages/engine/src/work/candidates.ts",
    from: "rows.filter(({ createdAtMs }) => createdAtMs >= since)",
    to: "[...rows]",
    test: ["packages/engine/test/work/candidates.test.ts", "of the second before"],
  },
  {
    safeguard: "A list that cannot be asked for is no list without the row",
    promise: "P8",
    file: "packages/engine/src/work/look-up.ts",
    from: 'failure.kind === "refused" || failure.kind === "poisoned"',
    to: "true",
    test: ["packages/engine/test/work/look-up.test.ts", "waits while the query"],
  },
];
