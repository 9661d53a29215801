import type { Mutation } from "./mutation.ts";

const LUA = "packages/store/src/scripts";
const STORE = "packages/store/test";

/** P12: versions and configurations. */
export const CHANGE: readonly Mutation[] = [
  {
    safeguard: "Change: a program that is too old for its data refuses",
    promise: "P12",
    file: "packages/store/src/schema.ts",
    from: "if (SCHEMA.number >= data.compatibleSince) return;",
    to: "if (prefix !== null) return;",
    test: [`${STORE}/join.redis.test.ts`, "data that only newer programs can read refuse this one"],
  },
  {
    safeguard: "Change: a program that is too old for its data changes nothing",
    promise: "P12",
    file: `${LUA}/join.lua`,
    from: "if own < since then return { schema, since, {}, 0 } end",
    to: "",
    test: [`${STORE}/join.redis.test.ts`, "data that only newer programs can read refuse this one"],
  },
  {
    safeguard: "Change: a program ends when its data become too new while it runs",
    promise: "P12",
    file: "packages/store/src/join.ts",
    from: "const again = (): void => void look();",
    to: "const again = (): void => undefined;",
    test: [`${STORE}/join.redis.test.ts`, "a program is refused when its data become too new while it runs"],
  },
  {
    safeguard: "Change: the newest configuration's word stays",
    promise: "P12",
    file: `${LUA}/join.lua`,
    from: "local isNewer = tonumber(known[2] or '0') > tonumber(ARGV[3])",
    to: "local isNewer = false",
    test: [`${STORE}/join.redis.test.ts`, "what the newest configuration says of an account stays"],
  },
  {
    safeguard: "Change: the work of a renamed account is found",
    promise: "P12",
    file: "packages/store/src/orphans.ts",
    from: "configured.has(name) ? null",
    to: "name !== null ? null",
    test: ["test/integration/orphans.test.ts", "the work of a renamed account is kept"],
  },
  {
    safeguard: "Change: a renamed account's work is cancelled by the keys that it was staged with",
    promise: "P12",
    file: "packages/engine/src/admit/store-view.ts",
    from: "keyOf: (lane, text) => keyOf(cacheKey, lane, text),",
    to: "keyOf: (lane, text) => keyOf([], lane, text),",
    test: ["test/integration/orphans.test.ts", "the work of a renamed account is kept"],
  },
];
