import { describe, expect, it } from "vitest";
import { brief, configOf, FULL, load, problemsOf, VARIANTS } from "./loading.ts";

const SMALLEST = `
accounts:
  - name: ali
    provider: alibaba-cdn
    credentials: { accessKeyId: a-key, accessKeySecret: a-secret }
`;

describe("loadConfig", () => {
  it("fills in every default of a file that has an account and nothing else", () => {
    expect(configOf(SMALLEST)).toEqual({
      redis: null,
      http: { host: "127.0.0.1", port: 8080, publicUrl: null },
      worker: { host: "127.0.0.1", port: 0 },
      board: { host: "127.0.0.1", port: 8081, readOnly: true },
      tokens: null,
      accounts: [
        {
          settings: {
            name: "ali",
            provider: "alibaba-cdn",
            endpoint: null,
            region: null,
            projectId: null,
            own: {},
            callbackKey: null,
            signature: null,
            credentials: {
              kind: "keys",
              accessKeyId: "a-key",
              accessKeySecret: "a-secret",
              securityToken: null,
            },
          },
          hosts: [],
          cacheKey: [],
          coalesce: { quietMs: 200, maxWaitMs: 2_000 },
          overrides: { lanes: {}, calls: {}, quotas: {}, resetTimeZone: null, reserveForUrgent: 0 },
          giveUpAfterMs: 86_400_000,
          askQuotaEveryMs: 300_000,
        },
      ],
      intake: { maxPendingTargets: 5_000_000, maxMemoryPercent: 60, maxBodyBytes: 16_777_216 },
      history: { intentsMs: 604_800_000, idempotencyKeysMs: 86_400_000 },
      health: { stalledMs: 60_000 },
      log: { level: "info" },
    });
  });

  it("reads every key of a full file", () => {
    const [account] = configOf(FULL).accounts;
    expect(configOf(FULL)).toMatchObject({
      redis: { kind: "single", host: "127.0.0.1", port: 6380, db: 2, prefix: "lab" },
      http: FULL.http,
      worker: FULL.worker,
      board: FULL.board,
      tokens: FULL.tokens,
      intake: FULL.intake,
      history: { intentsMs: 3 * 86_400_000, idempotencyKeysMs: 3_600_000 },
      health: FULL.health,
      log: FULL.log,
    });
    expect(account).toEqual({
      settings: {
        name: "ali",
        provider: "alibaba-cdn",
        endpoint: "http://127.0.0.1:9101",
        region: "cn-shanghai",
        projectId: "0f1e",
        own: {},
        callbackKey: null,
        signature: "rpc",
        credentials: { kind: "keys", ...FULL.accounts[0]?.credentials },
      },
      hosts: ["*.example.com", "www.example.org"],
      cacheKey: [{ host: "img.example.org", query: { only: ["v", "w"] } }],
      coalesce: { quietMs: 1, maxWaitMs: 2 },
      overrides: {
        ...FULL.accounts[0]?.limits,
        quotas: { url: 500, "url@overseas": 400, directory: 50 },
        resetTimeZone: "Europe/Paris",
        reserveForUrgent: 10,
        rollup: { directories: ["https://www.example.com/static/"], atLeast: 300 },
      },
      giveUpAfterMs: 5_400_000,
      askQuotaEveryMs: 1_000,
    });
  });

  it.each(Object.entries(VARIANTS))("finds neither problems nor warnings in the file: %s", (_, file) => {
    expect(load(file)).toMatchObject({ ok: true, warnings: [] });
  });

  it("takes a key with nothing behind it as absent", () => {
    expect(configOf(`redis:\ntokens:\nhttp: { port: }\n${SMALLEST}`)).toEqual(configOf(SMALLEST));
  });

  it("asks for an account when the file is empty", () => {
    expect(brief(problemsOf(""))).toEqual(["accounts: required"]);
    expect(brief(problemsOf("# nothing\n"))).toEqual(["accounts: required"]);
  });

  it("refuses a file that is no mapping, whatever it is", () => {
    for (const text of ["- a", "hello", "5", "[]"])
      expect(brief(problemsOf(text))).toEqual([": not-a-mapping"]);
  });

  it("gives a result that cannot be changed anywhere", () => {
    const thawed: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) thawed.push(path);
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
    };
    for (const file of Object.values(VARIANTS)) walk(load(file), "");
    expect(thawed).toEqual([]);
  });

  it("reports what is wrong in any section in one run, in the order of the file", () => {
    const text = `
redis: { prefix: "a:b" }
http: { host: 0.0.0.0, port: 70000 }
accounts:
  - name: Ali
    provider: alibaba-cnd
    credentials: { accessKeyId: x }
    coalesce: { quietMs: 3000 }
    quota: { url: many }
  - name: vod
    provider: huawei-vod
    signature: rpc
    credentials: { token: "has spaces" }
log: { level: loud }
`;
    expect(brief(problemsOf(text))).toEqual([
      "redis.prefix: invalid-value",
      "http.host: no-tokens",
      "http.port: invalid-value",
      "accounts.0.name: invalid-value",
      "accounts.0.provider: unknown-provider",
      "accounts.0.credentials.accessKeySecret: required",
      "accounts.0.coalesce.quietMs: conflict",
      "accounts.0.quota.url: invalid-value",
      "accounts.1.projectId: missing-project",
      "accounts.1.signature: unknown-signature",
      "accounts.1.credentials.token: invalid-value",
      "log.level: invalid-value",
    ]);
  });
});
