import { createHmac } from "node:crypto";

/** One form parameter; the order on the wire is free, the signature sorts. */
export type Parameter = readonly [name: string, value: string];

/**
 * The text that the legacy API signs: names in plain string order (`urls.1, urls.10, urls.2`),
 * values raw. The host is the wire's Host, port included where there is one, as
 * qcloudapi-sdk signs the host it was configured with. That SDK also turns `_` inside a name
 * into `.` and leaves out POST values that start with `@`; we have no such name, and URLs,
 * ids and numbers never start so.
 */
export function v2Text(
  method: "GET" | "POST",
  host: string,
  path: string,
  parameters: readonly Parameter[],
): string {
  const sorted = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${method}${host}${path}?${sorted.map(([name, value]) => `${name}=${value}`).join("&")}`;
}

export function v2Signature(text: string, secret: string, hash: "sha256" | "sha1"): string {
  return createHmac(hash, secret).update(text, "utf8").digest("base64");
}
