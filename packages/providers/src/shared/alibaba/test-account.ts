import type { AccountSettings, CallContext } from "@purgeline/core";

/** An account as a configuration makes it, for tests. */
export function testAccount(provider: string, given: Partial<AccountSettings> = {}): AccountSettings {
  return {
    name: "ali",
    provider,
    endpoint: null,
    region: "cn-shanghai",
    projectId: null,
    own: {},
    callbackKey: null,
    signature: null,
    credentials: {
      kind: "keys",
      accessKeyId: "testAccessKeyId",
      accessKeySecret: "testSecret/+=",
      securityToken: null,
    },
    ...given,
  };
}

/** A call of that account at a fixed moment. */
export function testCall(settings: AccountSettings): CallContext {
  return {
    settings,
    nowMs: Date.parse("2026-01-02T03:04:05Z"),
    nonce: "3156853299f313e23d1673dc12e1703d",
    token: null,
  };
}
