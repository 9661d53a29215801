/** Scheme, host and port of a text that is an http(s) origin and nothing more; null: it is not. */
export function parseOrigin(text: string): string | null {
  // WHATWG parsing forgives spaces, backslashes and a lone `?` or `#`; an endpoint is written plainly.
  if (!/^https?:\/\/[^\s/\\?#@]+\/?$/i.test(text)) return null;
  const url = URL.parse(text);
  return url === null ? null : url.origin;
}
