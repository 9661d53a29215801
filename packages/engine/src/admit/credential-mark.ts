import { createHash } from "node:crypto";
import { type AccountSettings, stableJson } from "@purgeline/core";

const HEX_DIGITS = 8;

/**
 * Tells one set of credentials from another: 32 bits of SHA-256 over all that a call is signed with, the
 * account's name among it. Two that follow each other are mistaken for one in 4 billion changes, and nobody
 * finds a secret with it: of any 4 billion guesses one fits. What else decides whether a signature is
 * accepted (region, project, kind of signature) is part of it, since mending that is worth a try as well.
 */
export function credentialMark(settings: AccountSettings): string {
  const { callbackKey: _, ...signed } = settings;
  return createHash("sha256").update(stableJson(signed)).digest("hex").slice(0, HEX_DIGITS);
}
