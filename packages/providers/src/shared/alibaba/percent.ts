/** RFC 3986 percent-encoding, as both signatures canonicalise: only A–Z a–z 0–9 - _ . ~ stay (CORE utils). */
export function percent(text: string): string {
  return formText(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * As the official SDK writes form bodies: `! ' ( ) *` stay, a space is %20. Half a surrogate pair,
 * on which encodeURIComponent throws, goes as U+FFFD; `whyNotObjectPath` lets none in.
 */
function formText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

export type Params = Readonly<Record<string, string>>;

/** Sorted and percent-encoded: the canonical form, and our wire form of a query, so that a verifier that does not re-encode agrees too. */
export function canonicalQuery(params: Params): string {
  return join(params, percent);
}

/** A form body; sorted, so that equal parameters are equal bytes. */
export function formBody(params: Params): string {
  return join(params, formText);
}

function join(params: Params, encode: (text: string) => string): string {
  return Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
}
