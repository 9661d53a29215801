import type { Row } from "@purgeline/core";
import { matchRows } from "@purgeline/core";

/** Rows name URLs as the provider spells them: perhaps with a lower-case host, or percent-encoded (UrlEncode). */
export function matchUrlRows(items: readonly string[], rows: readonly Row[]): readonly (Row | null)[] {
  return matchRows(items, rows, encodedForm);
}

/** What the service may make of a URL. Browsers leave some characters bare that encoders escape, and the reverse. */
function encodedForm(text: string): string {
  const href = URL.parse(text)?.href ?? text;
  return href.replace(/[[\]|^`{}"<>\\]/g, encodeURIComponent).replaceAll("%27", "'");
}

/** One record of a task, in words that both APIs share. */
export interface Log {
  readonly url: string;
  /** Null: it is still under way, or says something that we do not know. */
  readonly end: Row["end"] | null;
  readonly word: string;
}

/** Rows of the URLs whose records have all ended: one that is listed twice is done when the slower record is. */
export function finalRows(logs: readonly Log[]): readonly Row[] {
  const open = new Set(logs.filter(({ end }) => end === null).map(({ url }) => url));
  return logs.flatMap((log) => (open.has(log.url) ? [] : rowsOf(log)));
}

/** What one record says by itself; nothing while it is open. */
export function rowsOf({ url, end, word }: Log): readonly Row[] {
  if (end === null) return [];
  const isFailed = end === "failed";
  const message = isFailed ? `the task's record says "${word}"` : null;
  return [{ item: url, end, code: isFailed ? word : null, message }];
}
