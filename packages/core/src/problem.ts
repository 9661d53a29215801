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

const MOST_SHOWN = 200;
// What is cut out of URLs takes more of the beginning than is shown. A body's worth of one letter
// took the expressions below minutes: they try again at each place.
const MOST_READ = 4_000;
// The user and the password of a URL that was cut before its host.
const CUT_USER = /\/\/[^\s/?#"'<>]*$/;

/** Shows a value in a message: cut, and never the query of a URL, which may carry a signature, nor its password. */
export function showValue(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  const read = text.length > MOST_READ ? text.slice(0, MOST_READ).replace(CUT_USER, "//…") : text;
  return cutQuery(cutUrls(read)).slice(0, MOST_SHOWN);
}

/** Signed URLs are secrets: logs, previews and errors show them without their query. */
export function cutQuery(url: string): string {
  const at = url.indexOf("?");
  return at === -1 ? url : `${url.slice(0, at)}?…`;
}

// The query of every URL, and of a path such as an HTTP request's target.
const URL_QUERY = /((?:[a-z0-9+.-]:\/\/|(?<![^\s"'(])\/)[^\s?"'<>]*)\?[^\s"'<>]*/gi;
// The same within a form, and within the string that a form's signature is made of.
const ENCODED_QUERY = /(https?%(?:25)*3A%(?:25)*2F%(?:25)*2F[^\s"'<>&]*?)%(?:25)*3F[^\s"'<>&]*/gi;
const URL_USER = /(\/\/)[^\s/?#"'<>]*@/g;

/** A sentence with user names, passwords and queries taken out of the URLs in it. */
export function cutUrls(text: string): string {
  return text.replace(URL_USER, "$1***@").replace(URL_QUERY, "$1?…").replace(ENCODED_QUERY, "$1?…");
}
