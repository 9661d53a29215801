import { createHash, timingSafeEqual } from "node:crypto";
import type { Token } from "@purgeline/config";
import type { Producer } from "@purgeline/engine";

/** Who an unauthenticated caller on loopback is, where no tokens are configured. */
export const LOCAL: Producer = { name: "local", rights: null };

interface KnownToken {
  readonly name: string;
  readonly digest: Buffer;
  readonly producer: Producer;
}

export type Authenticate = (authorization: string | undefined) => Producer | "missing" | "wrong";

/**
 * Reads `Authorization`. Both sides are hashed and every token is compared, so that neither
 * the length of a secret nor how much of it was right shows in the time that it takes.
 * `withBasic`: a token's name and secret as a browser or a scraper sends them, too.
 */
export function authenticator(tokens: readonly Token[], withBasic: boolean): Authenticate {
  const known = tokens.map(
    (token): KnownToken => ({
      name: token.name,
      digest: digestOf(token.secret),
      producer: producerOf(token),
    }),
  );
  return (authorization) => {
    const given = credentialsIn(authorization, withBasic);
    if (given === null) return "missing";
    const digest = digestOf(given.secret);
    let found: Producer | null = null;
    for (const token of known) {
      const isSecret = timingSafeEqual(token.digest, digest);
      if (isSecret && (given.name === null || given.name === token.name)) found = token.producer;
    }
    return found ?? "wrong";
  };
}

function producerOf({ name, allow, hosts, accounts }: Token): Producer {
  return { name, rights: allow.includes("admin") ? null : { verbs: new Set(allow), hosts, accounts } };
}

function credentialsIn(
  authorization: string | undefined,
  withBasic: boolean,
): { readonly name: string | null; readonly secret: string } | null {
  const [, scheme = "", value = ""] = /^(\S+) +(\S+) *$/.exec(authorization ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return { name: null, secret: value };
  if (scheme.toLowerCase() !== "basic" || !withBasic) return null;
  const [, name = "", secret = ""] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, "base64").toString()) ?? [];
  return { name, secret };
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
