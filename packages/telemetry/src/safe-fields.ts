/**
 * The second line of defence: nothing in Purgeline logs a secret on purpose, and what slips
 * into a field is cut here. pino's own `redact` masks paths known beforehand; a provider's
 * error may carry a credential at any depth and a URL in the middle of a sentence.
 */

import { cutUrls } from "@purgeline/core";

export type Fields = Readonly<Record<string, unknown>>;

// Compared in lower case without "-" and "_": X-Auth-Token, xAuthToken and x_auth_token are one name.
const SECRET_NAMES: ReadonlySet<string> = new Set([
  "accesskey",
  "accesskeyid",
  "accesskeysecret",
  "ak",
  "apikey",
  "authorization",
  "cookie",
  "credentials",
  "password",
  "privatekey",
  "proxyauthorization",
  "secret",
  "secretid",
  "secretkey",
  "securitytoken",
  "setcookie",
  "signature",
  "sk",
  "token",
  "xacssecuritytoken",
  "xauthtoken",
  "xsecuritytoken",
  "xsubjecttoken",
  "xtctoken",
]);

const MASK = "***";
/** Deeper than any field of ours; ends what refers to itself. */
const MAX_DEPTH = 6;

/** A copy that may be shown: secrets masked by their names, URLs cut, errors as name, message, code and stack. */
export function safeFields(fields: Fields): Record<string, unknown> {
  return safeObject(fields, MAX_DEPTH);
}

function safeObject(fields: Fields, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSecret(name) ? MASK : safeValue(value, depth)]),
  );
}

function isSecret(name: string): boolean {
  return SECRET_NAMES.has(name.toLowerCase().replace(/[-_]/g, ""));
}

function safeValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cutUrls(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (Array.isArray(value)) return value.map((item) => safeValue(item, depth - 1));
  if (value instanceof Error) return safeObject(errorFields(value), depth - 1);
  if (value instanceof Date) return value.toISOString();
  return safeObject({ ...value }, depth - 1);
}

function errorFields(error: Error): Fields {
  return {
    name: error.name,
    message: error.message,
    ...("code" in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  };
}
