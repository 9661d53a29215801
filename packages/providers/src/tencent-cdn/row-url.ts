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

/**
 * Rows of the URLs whose records have all ended: a push to `global` may keep one record per area
 * for one URL, and it is done when the slower one is.
 */
export function finalRows(logs: readonly Log[]): readonly Row[] {
  const open = new Set(logs.filter(({ end }) => end === null).map(({ url }) => url));
  return logs.flatMap(({ url, end, word }): readonly Row[] => {
    if (end === null || open.has(url)) return [];
    const isFailed = end === "failed";
    const message = isFailed ? `the task's record says "${word}"` : null;
    return [{ item: url, end, code: isFailed ? word : null, message }];
  });
}
