import type { WireRequest } from "../kernel/index.ts";

/**
 * What a client may have signed as the host. The real service has no port; of the official
 * SDKs the one for Node signs TC3 without it and the legacy one signs v2 with it.
 */
export function hostSpellings({ headers }: WireRequest): readonly string[] {
  const host = headers.host ?? "";
  return [host, host.replace(/:\d+$/, "")];
}
