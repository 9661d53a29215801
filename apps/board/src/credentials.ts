import { createHash, timingSafeEqual } from "node:crypto";
import type { Verb } from "@purgeline/core";

/** What the board needs to know of a configured token. */
export interface BoardToken {
  readonly name: string;
  readonly secret: string;
  readonly allow: readonly Verb[];
}

/** Is this the name and secret of a token that allows `admin`? */
export function isAdmin(tokens: readonly BoardToken[], name: string, secret: string): boolean {
  return anyOf(tokens, "admin", (token) => {
    const sameName = equal(token.name, name);
    return equal(token.secret, secret) && sameName;
  });
}

/** Is this the `Authorization` header of a token that allows `read`? `admin` includes it. */
export function mayRead(tokens: readonly BoardToken[], authorization: string | undefined): boolean {
  const secret = /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1] ?? "";
  return anyOf(tokens, "read", (token) => equal(token.secret, secret));
}

// All tokens are compared, so that the time tells neither which one fits nor how far.
function anyOf(tokens: readonly BoardToken[], verb: Verb, fits: (token: BoardToken) => boolean): boolean {
  let found = false;
  for (const token of tokens) {
    const fit = fits(token);
    if (fit && (token.allow.includes(verb) || token.allow.includes("admin"))) found = true;
  }
  return found;
}

// Digests have one length: timingSafeEqual refuses others, and a length would tell something.
function equal(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
