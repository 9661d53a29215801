import { canonicalHost, type UrlFault, type UrlTools } from "./url.ts";

export type ParsedPattern =
  | { readonly ok: true; readonly canonical: string; readonly domain: string }
  | { readonly ok: false; readonly fault: UrlFault };

// Scheme and host are plain; from the first `/` on the text is the provider's regular expression.
const PARTS = /^(https?):\/\/([^/]*)(\/.*)$/is;
// A backslash and `#` are the expression's own; line breaks would end the entry in a provider's list.
const UNSAFE = /[\p{Cc}\p{Surrogate} ]/u;

/**
 * A pattern is a URL whose path is a regular expression. Only scheme and host have other
 * spellings that mean the same; nothing of the expression is touched.
 */
export function canonicalPattern(text: string, tools: UrlTools): ParsedPattern {
  const parts = PARTS.exec(text);
  if (parts === null) return { ok: false, fault: "url-scheme" };
  const [, scheme = "", authority = "", expression = ""] = parts;
  if (authority.includes("@")) return { ok: false, fault: "url-credentials" };
  if (UNSAFE.test(text)) return { ok: false, fault: "url-characters" };
  const host = canonicalHost(authority, tools);
  if (host === null) return { ok: false, fault: "url-host" };
  return { ok: true, canonical: `${scheme.toLowerCase()}://${host}${expression}`, domain: host };
}
