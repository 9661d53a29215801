import type { AccountSettings, Credentials } from "@purgeline/core";

/** An invented account for the tests. */
export function settingsWith(
  credentials: Credentials,
  own: AccountSettings["own"] = { domainId: "d0a1b2c3d4e5f6071829" },
): AccountSettings {
  return {
    name: "cdn",
    provider: "huawei-cdn",
    endpoint: null,
    region: null,
    projectId: null,
    own,
    callbackKey: null,
    signature: null,
    credentials,
  };
}
