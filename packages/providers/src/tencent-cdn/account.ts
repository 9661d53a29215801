import type { AccountSettings, Credentials, Problem } from "@purgeline/core";

/** The words of `signature:`, the default first. `v2-…` choose the legacy API, retired for most accounts in 2023. */
export const SIGNATURES: readonly string[] = ["tc3", "v2-sha256", "v2-sha1"];

export type Keys = Extract<Credentials, { kind: "keys" }>;

export function isLegacy(settings: AccountSettings): boolean {
  return settings.signature?.startsWith("v2-") ?? false;
}

export function checkAccount(settings: AccountSettings): readonly Problem[] {
  const { kind } = settings.credentials;
  if (kind === "keys") return [];
  return [
    {
      path: ["credentials"],
      code: "credentials-kind",
      value: kind,
      detail: `tencent-cdn signs each request: expected accessKeyId and accessKeySecret, got credentials of kind "${kind}"`,
    },
  ];
}

/** The checked account's keys. Other kinds were refused by `checkAccount` at start-up: meeting one here is a bug. */
export function keysOf(settings: AccountSettings): Keys {
  if (settings.credentials.kind === "keys") return settings.credentials;
  throw new Error(
    `tencent-cdn: account ${settings.name} has credentials of kind ${settings.credentials.kind}`,
  );
}
