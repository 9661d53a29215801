import type { AccountSettings, Problem } from "@purgeline/core";

/** Both products sign with an access key, and with nothing else. */
export function checkCredentials(settings: AccountSettings): readonly Problem[] {
  if (settings.credentials.kind === "keys") return [];
  return [
    {
      path: ["credentials"],
      code: "wrong-credentials",
      detail: `${settings.provider} needs accessKeyId and accessKeySecret (securityToken is optional); got credentials of kind ${settings.credentials.kind}.`,
    },
  ];
}
