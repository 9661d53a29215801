import type { AccountSettings } from "@purgeline/core";

/** An account that says only what it has to; `name` is its provider's unless it is given. */
export function accountSettings(
  given: Partial<AccountSettings> & Pick<AccountSettings, "provider">,
): AccountSettings {
  return {
    name: given.provider,
    endpoint: null,
    region: null,
    projectId: null,
    own: {},
    callbackKey: null,
    signature: null,
    credentials: { kind: "keys", accessKeyId: "an-id", accessKeySecret: "a-secret", securityToken: null },
    ...given,
  };
}
