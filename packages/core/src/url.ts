import type { QueryRule } from "./account.ts";

/*
 * What decides that two URLs are one object. Joining two that the provider keeps apart
 * would lose a purge; keeping two apart that the provider joins costs one unit of quota.
 * So only that is joined which every client turns into the same request (case of scheme and
 * host, default port, empty path, dot segments, IDNA: RFC 3986, 6.2.2 and 6.2.3), the root's
 * dot, and the case of escapes. Everything else stays apart, for caches key by the bytes that
 * they see ("the URL must equal the cached one" at Alibaba): `%7E` and `~`, `%2F` and `/`, `+`
 * and `%20`, `//`, `?` and no query, the order of parameters, and what a URL may not hold
 * (`|`, `{`, `图`) and its escape: Huawei refreshes `图` and `%E5%9B%BE` apart and wants both
 * submitted, Tencent has an option (UrlEncode) to choose between them.
 */

export interface CanonicalUrl {
  readonly scheme: "http" | "https";
  /** Lower case, ASCII, no trailing dot. */
  readonly host: string;
  /** null: the scheme's own. */
  readonly port: number | null;
  /** Never empty. */
  readonly path: string;
  /** Without `?`; null: none, which is not the same as an empty one. */
  readonly query: string | null;
}

/** Why a text is not a URL that can be purged: a stable word, part of the API's error codes. */
export type UrlFault =
  | "url-scheme"
  | "url-credentials"
  | "url-fragment"
  | "url-host"
  | "url-port"
  | "url-characters"
  | "url-escape"
  | "url-depth";

export type ParsedUrl =
  | { readonly ok: true; readonly url: CanonicalUrl; readonly canonical: string; readonly domain: string }
  | { readonly ok: false; readonly fault: UrlFault };

export interface UrlTools {
  /** A host name in lower-case ASCII (IDNA), "" when it is none: `domainToASCII` of `node:url`. */
  readonly asciiHost: (host: string) => string;
}

// scheme "://" authority, path, query, fragment: RFC 3986, appendix B, with the scheme and slashes required.
const PARTS = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s;
// White space, controls and halves of surrogate pairs: no two programs read them alike.
// A backslash is a slash to browsers and a character to servers.
const UNSAFE = /[\p{Cc}\p{Z}\p{Surrogate}\\]/u;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const DEFAULT_PORT = { http: 80, https: 443 } as const;

/** The one spelling of a URL, or why it has none. Idempotent: `canonical` parses to itself. */
export function canonicalUrl(text: string, tools: UrlTools): ParsedUrl {
  const parts = PARTS.exec(text);
  const scheme = parts?.[1]?.toLowerCase();
  if (parts === null || (scheme !== "http" && scheme !== "https")) return { ok: false, fault: "url-scheme" };
  const [, , authority = "", path = "", query, fragment] = parts;
  if (authority.includes("@")) return { ok: false, fault: "url-credentials" };
  if (fragment !== undefined) return { ok: false, fault: "url-fragment" };
  if (UNSAFE.test(text)) return { ok: false, fault: "url-characters" };
  if (BAD_ESCAPE.test(path) || BAD_ESCAPE.test(query ?? "")) return { ok: false, fault: "url-escape" };
  const [, name = "", digits] = /^(.*?)(?::([0-9]*))?$/s.exec(authority) ?? [];
  const host = canonicalHost(name, tools);
  if (host === null) return { ok: false, fault: /^[^[]+:/.test(name) ? "url-port" : "url-host" };
  const port = digits === undefined || digits === "" ? DEFAULT_PORT[scheme] : Number(digits);
  if (port < 1 || port > 65_535) return { ok: false, fault: "url-port" };
  const way = withoutDotSegments(upperEscapes(path)) || "/";
  if (isTooDeep(way)) return { ok: false, fault: "url-depth" };
  const url: CanonicalUrl = {
    scheme,
    host,
    port: port === DEFAULT_PORT[scheme] ? null : port,
    path: way,
    query: query === undefined ? null : upperEscapes(query.slice(1)),
  };
  return { ok: true, url, canonical: urlText(url), domain: host };
}

export function urlText(url: CanonicalUrl): string {
  const port = url.port === null ? "" : `:${url.port}`;
  const query = url.query === null ? "" : `?${url.query}`;
  return `${url.scheme}://${url.host}${port}${url.path}${query}`;
}

/** The key under which a provider with this rule stores the object. */
export function cacheKey(url: CanonicalUrl, rule: QueryRule): string {
  if (rule === "keep" || url.query === null) return urlText(url);
  if (rule === "ignore") return urlText({ ...url, query: null });
  const names = rule.only.map(plainName);
  const kept = url.query.split("&").filter((parameter) => names.includes(nameOf(parameter)));
  return urlText({ ...url, query: kept.length === 0 ? null : kept.join("&") });
}

function nameOf(parameter: string): string {
  const end = parameter.indexOf("=");
  return plainName(end === -1 ? parameter : parameter.slice(0, end));
}

/** `ids%5B%5D` is `ids[]`: a parameter that the rule may mean is kept, for one too many only costs a unit. */
function plainName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** RFC 1035, 2.3.4: 255 octets with a length before each label and the root's. What looks at hosts may go by it. */
const MOST_HOST_CHARS = 253;

/**
 * Lower case, ASCII, without the root's dot; null: no host name. Escapes and IPv6 literals are refused:
 * no CDN serves them. So is what ends a host in a URL: `asciiHost` would leave out the rest.
 */
export function canonicalHost(text: string, tools: UrlTools): string | null {
  if (/[%[\]:*/\\?#@]/.test(text)) return null;
  const host = tools.asciiHost(text).replace(/\.$/, "");
  return host === "" || host.length > MOST_HOST_CHARS || host.split(".").includes("") ? null : host;
}

/**
 * Purgeline's choice, far above any site: what waits for a URL's purge looks for each directory that the URL lies in,
 * and 10 KB of slashes would be 10,000 of them.
 */
export const MOST_SLASHES = 100;

function isTooDeep(path: string): boolean {
  return path.length > MOST_SLASHES && path.split("/").length - 1 > MOST_SLASHES;
}

function upperEscapes(text: string): string {
  return text.replace(/%[0-9A-Fa-f]{2}/g, (escaped) => escaped.toUpperCase());
}

/** RFC 3986, 5.2.4, escaped dots included, as clients do. An empty segment is a segment: `//` is another object than `/`. */
function withoutDotSegments(path: string): string {
  if (!/\/(?:\.|%2E)/.test(path)) return path;
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const dots = segment.replaceAll("%2E", ".");
    const isLast = index === segments.length - 1;
    if (dots === "..") kept.pop();
    if (dots !== "." && dots !== "..") kept.push(segment);
    else if (isLast) kept.push("");
  }
  return `/${kept.join("/")}`;
}
