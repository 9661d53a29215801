import type { AccountSettings, Credentials } from "@purgeline/core";
import { accountSettings } from "@purgeline/testkit";
import { describe, expect, it } from "vitest";
import { credentialMark } from "../src/admit/credential-mark.ts";

const keys: Credentials = { kind: "keys", accessKeyId: "id", accessKeySecret: "secret", securityToken: null };
const iam: Credentials = { kind: "iam", endpoint: "https://iam.test", domain: "d", user: "u", password: "p" };
const settings = accountSettings({ provider: "alibaba-cdn", credentials: keys });

describe("the mark of a credential", () => {
  it("is 32 bits, and the same in every process and at every start", () => {
    expect(credentialMark(settings)).toMatch(/^[0-9a-f]{8}$/);
    expect(credentialMark({ ...settings, credentials: { ...keys } })).toBe(credentialMark(settings));
  });

  const changes: readonly (readonly [string, Partial<AccountSettings>])[] = [
    ["the key's id", { credentials: { ...keys, accessKeyId: "other" } }],
    ["its secret", { credentials: { ...keys, accessKeySecret: "other" } }],
    ["its session token", { credentials: { ...keys, securityToken: "other" } }],
    ["the kind of credentials", { credentials: { kind: "token", token: "id" } }],
    ["the account, which salts it", { name: "other" }],
    ["the kind of signature", { signature: "rpc" }],
    ["the region", { region: "cn-north-4" }],
    ["the project", { projectId: "other" }],
    ["the endpoint", { endpoint: "https://other.test" }],
  ];
  it.each(changes)("changes with %s", (_, change) => {
    expect(credentialMark({ ...settings, ...change })).not.toBe(credentialMark(settings));
  });

  it.each(["endpoint", "domain", "user", "password"] as const)("changes with the login's %s", (field) => {
    const mark = (credentials: Credentials): string => credentialMark({ ...settings, credentials });
    expect(mark({ ...iam, [field]: "other" })).not.toBe(mark(iam));
  });

  it("does not change with the key of callbacks, which signs no call", () => {
    expect(credentialMark({ ...settings, callbackKey: "other" })).toBe(credentialMark(settings));
  });
});
