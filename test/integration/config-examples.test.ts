import { readdirSync, readFileSync } from "node:fs";
import { describeConfig, loadConfig, renderProblems } from "@purgeline/config";
import { providers } from "@purgeline/providers";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const FOLDER = new URL("../../docs/examples/", import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));

const textOf = (file: string): string => readFileSync(new URL(file, FOLDER), "utf8");

/** A value for every variable that the file names outside comments: another each time, since tokens may not share one. */
function environmentOf(text: string): Record<string, string> {
  const names = text.replaceAll(/#.*$/gm, "").matchAll(/\$\{(\w+)\}/g);
  return Object.fromEntries(Array.from(names, ([, name = ""]) => [name, `value-of-${name}`]));
}

describe("the shipped example files", () => {
  it("are about providers that there are, and one has all keys", () => {
    expect(files).toContain("full.yaml");
    expect([...providers.keys(), "full"].map((name) => `${name}.yaml`)).toEqual(
      expect.arrayContaining(files),
    );
  });

  it.each(files)("%s is good, without a warning, once its variables are set", (file) => {
    const text = textOf(file);
    const loaded = loadConfig(text, environmentOf(text), providers);
    expect(loaded.ok ? [] : renderProblems(loaded.problems, file)).toEqual([]);
    expect(loaded).toMatchObject({ ok: true, warnings: [] });
    if (loaded.ok)
      expect(JSON.stringify(describeConfig(loaded.config, providers))).not.toContain("value-of-AL");
  });

  it.each(files.filter((file) => file !== "full.yaml"))("%s is about the provider of its name", (file) => {
    expect(parse(textOf(file)).accounts).toMatchObject([{ provider: file.replace(".yaml", "") }]);
  });

  it.each(files)("%s says which variables it wants when none is set", (file) => {
    const text = textOf(file);
    const loaded = loadConfig(text, {}, providers);
    const said = loaded.ok ? "" : renderProblems(loaded.problems, file).join("\n");
    for (const name of Object.keys(environmentOf(text)))
      expect(said).toContain(`variable ${name} is not set`);
  });

  it("show every key of docs/configuration.md in the full one, those that exclude others in comments", () => {
    const manual = readFileSync(new URL("../configuration.md", FOLDER), "utf8");
    const keys = Array.from(manual.matchAll(/^\| `([^`]+)`/gm), ([, key = ""]) => key);
    const names = keys.map((key) => key.split(".").at(-1) ?? key).filter((name) => !name.startsWith("<"));
    expect(names.length).toBeGreaterThan(70);
    const full = textOf("full.yaml");
    expect(names.filter((name) => !full.includes(`${name.replace("[]", "")}:`))).toEqual([]);
  });
});

describe("the file of the outside contract", () => {
  const CONTRACT = `
redis:  { url: redis://127.0.0.1:6379, prefix: purgeline }
http:   { host: 127.0.0.1, port: 8080 }
worker: { host: 127.0.0.1, port: 0 }
board:  { host: 127.0.0.1, port: 8081 }
tokens:
  - { name: shop, secret: \${SHOP_TOKEN}, allow: [purge, prefetch, read], hosts: ["*.shop.example.com"], accounts: [ali] }
  - { name: ops,  secret: \${OPS_TOKEN},  allow: [admin] }
accounts:
  - name: ali
    provider: alibaba-cdn
    endpoint: http://127.0.0.1:9101
    region: cn-shanghai
    credentials: { accessKeyId: \${AK}, accessKeySecret: \${SK} }
    signature: acs3
    hosts: ["*.example.com"]
    cacheKey: [{ host: img.example.org, query: ignore }]
    coalesce: { quietMs: 200, maxWaitMs: 2000 }
    limits:
      lanes: { purge-url: { batch: 1000, bodyBytes: 1000000, urlChars: 10240, domains: 10, perDomainPerMinute: 10000, inFlight: 16 } }
      calls: { RefreshObjectCaches: { perSecond: 50, perMinute: 3000 } }
    quota: { url: 10000, directory: 100, prefetch: 1000, resetTimeZone: Asia/Shanghai, reserveForUrgent: 0 }
    giveUpAfter: 24h
intake:  { maxPendingTargets: 5000000, maxBodyBytes: 16777216 }
history: { intents: 7d, idempotencyKeys: 24h }
health:  { stalledMs: 60000 }
log:     { level: info }
`;

  it("is good as it stands", () => {
    expect(loadConfig(CONTRACT, environmentOf(CONTRACT), providers)).toMatchObject({
      ok: true,
      warnings: [],
    });
  });

  it("is told apart from one that is not", () => {
    const loaded = loadConfig(
      CONTRACT.replace("batch: 1000,", "batch: 1001,"),
      environmentOf(CONTRACT),
      providers,
    );
    expect(loaded).toMatchObject({ ok: true, warnings: [{ code: "above-default" }] });
  });
});
