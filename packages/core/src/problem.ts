/** One fault in something that a person or a program gave us: where, what, and what was expected. */
export interface Problem {
  /** Path to the value; each front door renders it (JSON pointer, YAML path). */
  readonly path: readonly (string | number)[];
  /** Stable word for programs, kebab-case: `unknown-host`, `url-too-long`. */
  readonly code: string;
  /** The value as given, cut to 200 characters, query strings cut; absent where it is a secret or missing. */
  readonly value?: string;
  /** One sentence: what is wrong and what was expected. */
  readonly detail: string;
}

/** Shows a value in a message: cut, and never the query of a URL, which may carry a signature, nor its password. */
export function showValue(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return cutQuery(cutUrls(text)).slice(0, 200);
}

/** Signed URLs are secrets: logs, previews and errors show them without their query. */
export function cutQuery(url: string): string {
  const at = url.indexOf("?");
  return at === -1 ? url : `${url.slice(0, at)}?…`;
}

// The query of every URL, and of a path such as an HTTP request's target.
const URL_QUERY = /((?:[a-z][a-z0-9+.-]*:\/\/|(?<![^\s"'(])\/)[^\s?"'<>]*)\?[^\s"'<>]*/gi;
// The same within a form, and within the string that a form's signature is made of.
const ENCODED_QUERY = /(https?%(?:25)*3A%(?:25)*2F%(?:25)*2F[^\s"'<>&]*?)%(?:25)*3F[^\s"'<>&]*/gi;
const URL_USER = /((?:[a-z][a-z0-9+.-]*:)?\/\/)[^\s/?#"'<>]*@/gi;

/** A sentence with user names, passwords and queries taken out of the URLs in it. */
export function cutUrls(text: string): string {
  return text.replace(URL_USER, "$1***@").replace(URL_QUERY, "$1?…").replace(ENCODED_QUERY, "$1?…");
}
