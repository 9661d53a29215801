import type { AccountSettings, Credentials, Provider } from "@purgeline/core";
import type { PageAccount } from "@purgeline/providers";
import { accountSettings } from "@purgeline/testkit";
import { stringify } from "yaml";

/** An account of each kind of credentials that there is. */
export const CREDENTIALS: Readonly<Record<Credentials["kind"], { told: string; sample: Credentials }>> = {
  keys: {
    told: "`accessKeyId` and `accessKeySecret`, perhaps `securityToken`",
    sample: { kind: "keys", accessKeyId: "id", accessKeySecret: "secret", securityToken: null },
  },
  token: { told: "`token`", sample: { kind: "token", token: "token" } },
  iam: {
    told: "`iam`",
    sample: {
      kind: "iam",
      endpoint: "https://iam.example.com",
      domain: "domain",
      user: "user",
      password: "password",
    },
  },
};

/** The account that a page shows, as the provider gets it. */
export function settingsOf(provider: Provider, { settings }: PageAccount): AccountSettings {
  return accountSettings({
    name: "mine",
    provider: provider.name,
    credentials: CREDENTIALS.keys.sample,
    ...settings,
  });
}

/** The same account, as a user writes it. */
export function yamlOf(provider: Provider, { settings: { own, ...settings } }: PageAccount): string {
  const account = {
    name: "mine",
    provider: provider.name,
    ...settings,
    ...(own === undefined ? {} : { settings: own }),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the file's way to name a variable.
    credentials: { accessKeyId: "${ACCESS_KEY_ID}", accessKeySecret: "${ACCESS_KEY_SECRET}" },
    hosts: ["*.example.com"],
  };
  return stringify({ accounts: [account] });
}
