import { domainToASCII } from "node:url";
import {
  type CacheKeyRule,
  cacheKey,
  canonicalPattern,
  canonicalUrl,
  MOST_SLASHES,
  queryRuleOf,
  type TargetKind,
  type UrlFault,
} from "@purgeline/core";

/** Why a text is not a target of its kind: part of the API's error codes. */
export type SpellingFault = UrlFault | "directory-slash" | "media-characters";

export type Spelling =
  | {
      readonly ok: true;
      readonly domain: string;
      readonly keyUnder: (rules: readonly CacheKeyRule[]) => string;
    }
  | { readonly ok: false; readonly fault: SpellingFault };

// Neighbours have one host.
let known = { host: "", ascii: "" };
const TOOLS = {
  asciiHost(host: string): string {
    if (known.host !== host) known = { host, ascii: domainToASCII(host) };
    return known.ascii;
  },
};
// Ids are sent in comma lists; every provider's are letters, digits and dashes.
const NO_MEDIA_ID = /[\p{Cc}\p{Z}\p{Surrogate},]/u;

/** A target's host and its key, which depends on the account's cache key rules. */
export function spellingOf(kind: TargetKind, text: string): Spelling {
  switch (kind) {
    case "urls":
    case "ignoreParams":
      return urlSpelling(text, kind === "ignoreParams");
    case "directories": {
      const parsed = canonicalUrl(text, TOOLS);
      if (!parsed.ok) return parsed;
      // As spelled, since that is what the provider gets: `/a/..` is a directory, but not to it.
      if (!text.endsWith("/") || parsed.url.query !== null) return { ok: false, fault: "directory-slash" };
      return { ok: true, domain: parsed.domain, keyUnder: () => parsed.canonical };
    }
    case "patterns": {
      const parsed = canonicalPattern(text, TOOLS);
      if (!parsed.ok) return parsed;
      return { ok: true, domain: parsed.domain, keyUnder: () => parsed.canonical };
    }
    case "media":
      if (NO_MEDIA_ID.test(text)) return { ok: false, fault: "media-characters" };
      return { ok: true, domain: "", keyUnder: () => text };
    default:
      return kind satisfies never;
  }
}

/** `anyQuery`: the purge is for the URL with every query, so the given one means nothing. */
function urlSpelling(text: string, anyQuery: boolean): Spelling {
  const parsed = canonicalUrl(text, TOOLS);
  if (!parsed.ok) return parsed;
  const { url, canonical, domain } = parsed;
  return {
    ok: true,
    domain,
    keyUnder: (rules) =>
      url.query === null ? canonical : cacheKey(url, anyQuery ? "ignore" : queryRuleOf(rules, domain)),
  };
}

/** One sentence for each fault: what is wrong and what was expected. */
export const SPELLING_DETAIL: Readonly<Record<SpellingFault, string>> = {
  "url-scheme": "not an absolute http or https URL; expected http:// or https://, a host and a path",
  "url-credentials": "holds a user name or password; expected a URL without them",
  "url-fragment": "holds a fragment (#), which no cache ever sees; expected a URL without it",
  "url-host": "has no valid host name; expected one of at most 253 characters",
  "url-port": "has no valid port; expected 1 to 65535",
  "url-characters": "holds a space, a control character or a backslash; expected them percent-encoded",
  "url-escape": "holds a % that two hexadecimal digits do not follow; a percent sign itself is %25",
  "url-depth": `has a path of too many directories; expected at most ${MOST_SLASHES} slashes`,
  "directory-slash": "not a directory; expected a URL without a query that ends in /",
  "media-characters": "holds a space, a comma or a control character; expected one media or asset id",
};
