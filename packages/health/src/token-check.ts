import { createHash, timingSafeEqual } from "node:crypto";
import type { Verb } from "@purgeline/core";

/** What a role needs to know of a configured token. */
export interface KnownToken {
  readonly name: string;
  readonly secret: string;
  readonly allow: readonly Verb[];
}

/** Is this the `Authorization` header of a token that allows `verb`? `admin` includes every verb. */
export function bearerAllows(
  tokens: readonly KnownToken[],
  verb: Verb,
  authorization: string | undefined,
): boolean {
  const secret = /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1] ?? "";
  return anyAllows(tokens, verb, (token) => sameText(token.secret, secret));
}

/** Is this the name and the secret of a token that allows `verb`? */
export function pairAllows(tokens: readonly KnownToken[], verb: Verb, name: string, secret: string): boolean {
  return anyAllows(tokens, verb, (token) => {
    const sameName = sameText(token.name, name);
    return sameText(token.secret, secret) && sameName;
  });
}

// All tokens are compared, so that the time tells neither which one fits nor how far.
function anyAllows(tokens: readonly KnownToken[], verb: Verb, fits: (token: KnownToken) => boolean): boolean {
  let found = false;
  for (const token of tokens) {
    const fit = fits(token);
    if (fit && (token.allow.includes(verb) || token.allow.includes("admin"))) found = true;
  }
  return found;
}

// Digests have one length: timingSafeEqual refuses others, and a length would tell something.
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
