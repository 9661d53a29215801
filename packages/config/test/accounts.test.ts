import type { Credentials } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { brief, configOf, FULL, load, problemsOf, withAccount } from "./loading.ts";

const faultsOf = (fields: object): readonly string[] => brief(problemsOf(withAccount(fields)));
const warningsOf = (fields: object): readonly string[] => {
  const loaded = load(withAccount(fields));
  return loaded.ok ? brief(loaded.warnings) : [`refused: ${brief(loaded.problems).join(", ")}`];
};
const accountOf = (fields: object) => configOf(withAccount(fields)).accounts[0];

const keys = (securityToken: string | null): Credentials => ({
  kind: "keys",
  accessKeyId: "i",
  accessKeySecret: "s",
  securityToken,
});

describe("accounts", () => {
  it("have names of their own", () => {
    const [ali] = FULL.accounts;
    expect(brief(problemsOf({ ...FULL, accounts: [ali, ali] }))).toEqual(["accounts.1.name: duplicate"]);
  });

  it.each(["", "1ali", "-ali", "ali_1", "ä", "a".repeat(32)])("are refused with the name %j", (name) => {
    expect(faultsOf({ name })).toContain("accounts.0.name: invalid-value");
  });

  it("take credentials under each vendor's words", () => {
    const read = (credentials: object) => accountOf({ credentials })?.settings.credentials;
    expect(read({ accessKeyId: "i", accessKeySecret: "s" })).toEqual(keys(null));
    expect(read({ secretId: "i", secretKey: "s", securityToken: "t" })).toEqual(keys("t"));
    expect(read({ ak: "i", sk: "s" })).toEqual(keys(null));
    expect(read({ token: "t" })).toEqual({ kind: "token", token: "t" });
    const iam = { endpoint: "https://iam.example.com", domain: "d", user: "u", password: "p w" };
    expect(read({ iam })).toEqual({ kind: "iam", ...iam });
    const { endpoint } = iam;
    const pair = { kind: "iam", endpoint, accessKeyId: "i", accessKeySecret: "s" };
    expect(read({ iam: { endpoint, ak: "i", sk: "s" } })).toEqual(pair);
  });

  it.each([
    ["nothing", {}, [": required"]],
    ["half a key", { ak: "i" }, [".accessKeySecret: required"]],
    [
      "a key's session token alone",
      { securityToken: "t" },
      [".accessKeyId: required", ".accessKeySecret: required"],
    ],
    ["one half twice", { ak: "i", secretId: "i", sk: "s" }, [".ak: duplicate"]],
    ["two kinds", { ak: "i", sk: "s", token: "t" }, [": conflict"]],
    ["an incomplete login", { iam: { user: "u" } }, [".iam.endpoint", ".iam.domain", ".iam.password"]],
    ["a login with half a key", { iam: { ak: "i" } }, [".iam.endpoint", ".iam.accessKeySecret: required"]],
    ["a login with a user and a key", { iam: { user: "u", ak: "i" } }, [".iam: conflict"]],
    ["a secret with a space at its end", { ak: "i", sk: "s " }, [".sk: invalid-value"]],
  ])("are refused when the credentials hold %s", (_, credentials, expected) => {
    const found = faultsOf({ credentials });
    expect(found).toHaveLength(expected.length);
    for (const each of expected) expect(found.join("\n")).toContain(`accounts.0.credentials${each}`);
  });

  it("name one of the providers that there are", () => {
    expect(problemsOf(withAccount({ provider: "alibaba" }))).toMatchObject([
      {
        code: "unknown-provider",
        value: "alibaba",
        detail: expect.stringContaining("alibaba-cdn, huawei-vod"),
      },
    ]);
  });

  it("hear the provider's own needs, even when the credentials are unreadable", () => {
    const fields = { provider: "huawei-vod", signature: null, projectId: null, credentials: { ak: "i" } };
    expect(faultsOf(fields)).toEqual([
      "accounts.0.projectId: missing-project",
      "accounts.0.credentials.accessKeySecret: required",
    ]);
  });

  it("hear which credentials their provider takes", () => {
    const fields = { provider: "huawei-vod", signature: null, credentials: { ak: "i", sk: "s" } };
    expect(faultsOf(fields)).toEqual(["accounts.0.credentials: wrong-credentials"]);
  });

  it("sign in a way that their provider knows", () => {
    expect(problemsOf(withAccount({ signature: "acs" }))[0]?.detail).toBe(
      'expected one of: acs3, rpc; did you mean "acs3"?',
    );
    expect(faultsOf({ provider: "huawei-vod", credentials: { token: "t" } })).toEqual([
      "accounts.0.signature: unknown-signature",
    ]);
  });

  it("keep the scheme and port of their endpoint", () => {
    const endpointOf = (endpoint: string) => accountOf({ endpoint })?.settings.endpoint;
    expect(endpointOf("http://127.0.0.1:9101/")).toBe("http://127.0.0.1:9101");
    expect(endpointOf("HTTPS://CDN.Example.com:8443")).toBe("https://cdn.example.com:8443");
    expect(warningsOf({ endpoint: "http://cdn.example.com" })).toEqual(["accounts.0.endpoint: plain-http"]);
  });

  it.each([
    "127.0.0.1:9101",
    "ftp://h",
    "http://",
    "http://h/path",
    "http://h?q",
    "http://h/#f",
    "http://u:p@h",
    "http://h:99999",
    "http://a b",
  ])("are refused with the endpoint %s", (endpoint) => {
    expect(faultsOf({ endpoint })).toEqual(["accounts.0.endpoint: invalid-value"]);
  });

  it("serve hosts in the spelling that URLs are compared in", () => {
    const hosts = [
      "*.Example.COM",
      "bücher.example",
      "*.bücher.example",
      "_dmarc.a.example",
      "www.example.com.",
    ];
    expect(accountOf({ hosts })?.hosts).toEqual([
      "*.example.com",
      "xn--bcher-kva.example",
      "*.xn--bcher-kva.example",
      "_dmarc.a.example",
      "www.example.com",
    ]);
    expect(accountOf({ hosts: ["A.example", "a.example"], rollup: undefined })?.hosts).toEqual(["a.example"]);
    expect(accountOf({ hosts: [], rollup: undefined })?.hosts).toEqual([]);
  });

  it.each(["*", "*.", "a.*.b", "**.a", "http://a", "a/b", "a:80", "a..b", "-a.b", "a b", "", "%41.b"])(
    "are refused with the host %j",
    (host) => {
      expect(faultsOf({ hosts: ["ok.example", host] })).toEqual(["accounts.0.hosts.1: invalid-value"]);
    },
  );

  it("have one cache-key rule for a host", () => {
    const cacheKey = [
      { host: "a.example", query: "keep" },
      { host: "A.example", query: "ignore" },
    ];
    expect(faultsOf({ cacheKey })).toEqual(["accounts.0.cacheKey.1.host: duplicate"]);
    expect(faultsOf({ cacheKey: [{ query: "keep" }, { host: "b.example" }] })).toEqual([
      "accounts.0.cacheKey.0.host: invalid-value",
      "accounts.0.cacheKey.1.query: invalid-value",
    ]);
  });

  it("coalesce no longer than they wait at most", () => {
    expect(faultsOf({ coalesce: { quietMs: 2_001 } })).toEqual(["accounts.0.coalesce.quietMs: conflict"]);
    expect(accountOf({ coalesce: { quietMs: 0, maxWaitMs: 0 } })?.coalesce).toEqual({
      quietMs: 0,
      maxWaitMs: 0,
    });
    expect(faultsOf({ coalesce: { quietMs: -1 } })).toEqual(["accounts.0.coalesce.quietMs: invalid-value"]);
  });
});
