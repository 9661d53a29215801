import type { AccountSettings, Credentials, Problem } from "@purgeline/core";
import { showValue } from "@purgeline/core";

/** The words of `signature:`, the default first. `v2-…` choose the legacy API, retired for most accounts in 2023. */
export const SIGNATURES: readonly string[] = ["tc3", "v2-sha256", "v2-sha1"];

export const OWN_SETTINGS: readonly string[] = ["area"];

const AREAS: readonly (string | undefined)[] = ["mainland", "overseas"];

export type Keys = Extract<Credentials, { kind: "keys" }>;

export function isLegacy(settings: AccountSettings): boolean {
  return settings.signature?.startsWith("v2-") ?? false;
}

/** Where a purge without `Area` goes: the domains of such an account are overseas. */
export function isAbroad(settings: AccountSettings): boolean {
  return settings.own.area === "overseas";
}

export function checkAccount(settings: AccountSettings): readonly Problem[] {
  return [...areaProblems(settings), ...credentialsProblems(settings)];
}

function areaProblems(settings: AccountSettings): readonly Problem[] {
  const { area } = settings.own;
  if (area === undefined) return [];
  const wrong = (detail: string): Problem[] => [
    { path: ["settings", "area"], code: "bad-area", value: showValue(area), detail: detail },
  ];
  if (!AREAS.includes(area)) return wrong("expected mainland or overseas");
  return isLegacy(settings) && area === "overseas"
    ? wrong("expected mainland: a v2 submit without an area is one for the mainland")
    : [];
}

function credentialsProblems({ credentials: { kind } }: AccountSettings): readonly Problem[] {
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
