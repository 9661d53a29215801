import { isIP } from "node:net";
import type { AccountSettings } from "@purgeline/core";

/** Why an account cannot be played here; null: it can. Only plain HTTP on loopback is: nothing here has a certificate. */
export function whyNotPlayable(settings: AccountSettings): string | null {
  if (settings.endpoint !== null && isLoopbackHttp(settings.endpoint)) return null;
  const expected = "an http origin on loopback, such as http://127.0.0.1:9101";
  return `account ${settings.name}: endpoint is ${JSON.stringify(settings.endpoint)}, expected ${expected}`;
}

/** The origins where an account's requests arrive: its endpoint, and its identity service where that is on loopback. */
export function originsOf(settings: AccountSettings): readonly string[] {
  const { credentials, endpoint } = settings;
  const given = credentials.kind === "iam" ? [endpoint, credentials.endpoint] : [endpoint];
  const played = given.filter((origin) => origin !== null).filter(isLoopbackHttp);
  return [...new Set(played.map((origin) => new URL(origin).origin))];
}

export function isLoopbackHttp(origin: string): boolean {
  const url = URL.parse(origin);
  if (url === null || url.protocol !== "http:") return false;
  const { hostname } = url;
  return (
    hostname === "localhost" || hostname === "[::1]" || (isIP(hostname) === 4 && hostname.startsWith("127."))
  );
}
