import { describe, expect, it } from "vitest";
import { describeConfig, renderConfig, renderProblems } from "../src/index.ts";
import { configOf, FULL, load, problemsOf, VARIANTS, withAccount } from "./loading.ts";
import { catalog } from "./small-catalog.ts";

const accountIn = (file: unknown): unknown => {
  const { accounts } = describeConfig(configOf(file), catalog);
  return Array.isArray(accounts) ? accounts[0] : undefined;
};

describe("describeConfig", () => {
  it("writes out the limits in force: the file's where it sets them, else the provider's", () => {
    const account = accountIn(
      withAccount({
        limits: {
          lanes: { "purge-url": { batch: 10, unitsPerTarget: 3 } },
          lookBackMs: 9_000,
          pollEveryMs: 8_000,
        },
        quota: { url: 7, shares: { shop: { url: 3, directory: 2 }, local: { url: 1 } } },
      }),
    );
    expect(account).toMatchObject({
      limits: {
        lanes: {
          "purge-url": { batch: 10, bodyBytes: 1_000_000, urlChars: 1_024, inFlight: 16, unitsPerTarget: 3 },
          "purge-directory": { batch: 100, unitsPerTarget: 1 },
        },
        calls: { DescribeRefreshTasks: { perSecond: 5, timeoutMs: 10_000 } },
        lookBackMs: 9_000,
        pollEveryMs: 8_000,
        listedAfterMs: 4_000,
      },
      quota: {
        url: 7,
        directory: 100,
        "url@overseas": 2_000,
        resetTimeZone: "Asia/Shanghai",
        reserveForUrgent: 0,
        shares: { shop: { url: 3, directory: 2 }, local: { url: 1 } },
      },
    });
  });

  it("names the signature that is used when the file names none", () => {
    expect(accountIn(withAccount({ signature: null }))).toMatchObject({ signature: "acs3" });
  });

  it.each(Object.entries(VARIANTS))("reads back as the same configuration: %s", (_, file) => {
    const text = renderConfig(configOf(file), catalog).replaceAll(/"?\*\*\*"?/g, "put-back-by-hand");
    expect(load(text)).toMatchObject({ ok: true });
    expect(renderConfig(configOf(text), catalog)).toBe(renderConfig(configOf(file), catalog));
  });
});

describe("renderProblems", () => {
  it("begins each line with the place, names the key, and ends with the value", () => {
    const text = `${JSON.stringify(FULL).slice(0, -1)},\n"intake": { "maxBodyBytes": 5 } }`;
    expect(problemsOf(text)).toMatchObject([{ code: "yaml-syntax" }]);
    const { intake: _, ...rest } = FULL;
    const lines = renderProblems(
      problemsOf(`${JSON.stringify(rest).slice(0, -1)},\n"intake": { "maxBodyBytes": "5\\n" } }`),
      "my.yaml",
    );
    expect(lines).toEqual([
      'my.yaml:2:13: intake.maxBodyBytes: expected a whole number, at least 1024 (got "5\\n")',
    ]);
  });
});
