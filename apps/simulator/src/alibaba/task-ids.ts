/*
 * How the service gives out task ids (CDN9): URLs of one domain submitted within one
 * second share an id, whoever submitted them, until it carries 2,000 refreshes or 500
 * prefetches; a directory or a pattern has an id of its own.
 */

export type Kind = "file" | "preload" | "directory" | "regex" | "ignoreparams";

const MOST_PER_ID: Readonly<Partial<Record<Kind, number>>> = { file: 2_000, preload: 500 };

export interface TaskIds {
  /** The id of each item, in order. */
  assign(account: string, kind: Kind, items: readonly string[], nowMs: number): readonly string[];
}

interface OpenId {
  readonly id: string;
  readonly second: number;
  items: number;
}

export function createTaskIds(): TaskIds {
  let last = 704_222_903;
  const open = new Map<string, OpenId>();
  const fresh = (): string => {
    last += 1;
    return String(last);
  };
  const shared = (key: string, most: number, second: number): string => {
    const found = open.get(key);
    const usable = found !== undefined && found.second === second && found.items < most;
    const entry = usable ? found : { id: fresh(), second, items: 0 };
    open.set(key, entry);
    entry.items += 1;
    return entry.id;
  };
  return {
    assign(account, kind, items, nowMs) {
      const most = MOST_PER_ID[kind];
      const second = Math.floor(nowMs / 1_000);
      if (most === undefined) return items.map(fresh);
      const keys = new Map<string, string>();
      return items.map((item) => {
        const host = hostOf(item);
        const key = keys.get(host) ?? JSON.stringify([account, kind, host]);
        keys.set(host, key);
        return shared(key, most, second);
      });
    },
  };
}

/** The host of a URL or of a pattern over URLs. */
export function hostOf(item: string): string {
  return /^https?:\/\/([^/?#]+)/i.exec(item)?.[1]?.toLowerCase() ?? "";
}
