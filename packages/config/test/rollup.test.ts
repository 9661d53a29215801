import { effectiveLimits, type LaneSpec, type ProviderCatalog, type ProviderTable } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/index.ts";
import { brief, configOf, load, withAccount } from "./loading.ts";
import { catalog } from "./small-catalog.ts";

const STATIC = "https://www.example.com/static/";

function sections(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `https://www.example.com/section-${n}/`);
}

/** Problems of a refused file, warnings of a good one. */
function heard(rollup: object, fields: object = {}): readonly string[] {
  const loaded = load(withAccount({ limits: {}, quota: {}, rollup, ...fields }));
  const said = loaded.ok ? loaded.warnings : loaded.problems;
  return [
    loaded.ok ? "good" : "refused",
    ...brief(said).map((each) => each.replace("accounts.0.rollup.", "")),
  ];
}

function inForce(fields: object): unknown {
  const [account] = configOf(withAccount({ limits: {}, quota: {}, ...fields })).accounts;
  const provider = catalog.get(account?.settings.provider ?? "");
  if (account === undefined || provider === undefined) throw new Error("no account");
  return effectiveLimits(provider.table(account.settings), account.overrides).lanes["purge-url"]?.rollUp;
}

function raise(): never {
  throw new Error("the catalog has changed");
}

function bare({ lanes }: ProviderTable): LaneSpec {
  const { coveredBy: _, ...lane } = lanes["purge-url"] ?? raise();
  return lane;
}

describe("rollup", () => {
  it("is off where nobody asks for it", () => {
    expect(inForce({ rollup: null })).toBeUndefined();
  });

  it.each([
    ["the provider's quotas", {}, 100],
    ["the account's own", { quota: { url: 50_000, directory: 100 } }, 500],
    ["what a target costs", { limits: { lanes: { "purge-url": { unitsPerTarget: 3 } } } }, 34],
  ])("begins where as many URLs cost as much of a day as a directory, by %s", (_whose, fields, atLeast) => {
    const directories = [STATIC];
    expect(inForce({ rollup: { directories }, ...fields })).toEqual({
      into: "purge-directory",
      atLeast,
      directories,
    });
    expect(inForce({ rollup: { directories, atLeast: 7 }, ...fields })).toMatchObject({ atLeast: 7 });
  });

  it.each<[string, object, readonly string[]]>([
    ["a directory of the account's host", { directories: [STATIC] }, ["good"]],
    ["two beside each other", { directories: [STATIC, "https://www.example.com/statics/"] }, ["good"]],
    ["more than the break-even", { directories: [STATIC], atLeast: 101 }, ["good"]],
    [
      "less than the break-even, with a warning",
      { directories: [STATIC], atLeast: 99 },
      ["good", "atLeast: below-break-even"],
    ],
    ["no directory", { atLeast: 100 }, ["refused", "directories: required"]],
    ["an empty list", { directories: [] }, ["refused", "directories: invalid-value"]],
    ["nothing at least", { directories: [STATIC], atLeast: 0 }, ["refused", "atLeast: invalid-value"]],
    ["an unknown key", { directories: [STATIC], atleast: 5 }, ["refused", "atleast: unknown-key"]],
    [
      "a URL that is no directory",
      { directories: ["https://www.example.com/static"] },
      ["refused", "directories.0: bad-directory"],
    ],
    ["a query", { directories: [`${STATIC}?a=/`] }, ["refused", "directories.0: bad-directory"]],
    [
      "a pattern of hosts",
      { directories: ["https://*.example.com/static/"] },
      ["refused", "directories.0: bad-directory"],
    ],
    [
      "another spelling than the canonical one",
      { directories: ["https://WWW.example.com/static/"] },
      ["refused", "directories.0: bad-directory"],
    ],
    [
      "somebody else's host",
      { directories: ["https://www.example.net/static/"] },
      ["refused", "directories.0: foreign-host"],
    ],
    ["a hundred of one host", { directories: sections(100) }, ["good"]],
    [
      "one more of one host",
      { directories: [...sections(100), "https://www.example.com/more/"] },
      ["refused", "directories.100: too-many-directories"],
    ],
    ["the same twice", { directories: [STATIC, STATIC] }, ["refused", "directories.1: duplicate"]],
    ["one in the other", { directories: [`${STATIC}a/`, STATIC] }, ["refused", "directories.1: duplicate"]],
  ])("takes or refuses %s", (_what, rollup, expected) => {
    expect(heard(rollup)).toEqual(expected);
  });

  it.each<[string, (table: ProviderTable) => ProviderTable]>([
    [
      "has no directories",
      ({ lanes: { "purge-directory": _, ...lanes }, ...table }) => ({ ...table, lanes }),
    ],
    [
      "has none that do what a URL does",
      (table) => ({ ...table, lanes: { ...table.lanes, "purge-url": bare(table) } }),
    ],
    ["does not count directories", (table) => ({ ...table, quotas: { url: table.quotas.url ?? raise() } })],
  ])("is refused where the provider %s", (_what, change) => {
    const provider = catalog.get("alibaba-cdn") ?? raise();
    const others: ProviderCatalog = new Map([
      ["alibaba-cdn", { ...provider, table: (settings) => change(provider.table(settings)) }],
    ]);
    const file = withAccount({ limits: {}, quota: {}, rollup: { directories: [STATIC] } });
    const loaded = loadConfig(JSON.stringify(file), {}, others);
    expect(loaded.ok ? "good" : brief(loaded.problems)).toEqual(["accounts.0.rollup: unsupported-rollup"]);
  });

  it("may have a share of the day's directories", () => {
    const shares = { "policy:rollup": { directory: 20 } };
    expect(heard({ directories: [STATIC] }, { quota: { shares } })).toEqual(["good"]);
  });
});
