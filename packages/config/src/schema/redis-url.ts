import { parseAddress } from "../address.ts";

/** What a `redis://` URL says. */
export interface RedisUrl {
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  readonly password: string | null;
  /** null: the URL names none. */
  readonly db: number | null;
  readonly isTls: boolean;
}

const DEFAULT_PORT = 6379;

/** `redis[s]://[user[:password]@]host[:port][/db]`; null: it is not. */
export function parseRedisUrl(text: string): RedisUrl | null {
  const url = URL.parse(text);
  if (url === null || !/^rediss?:$/.test(url.protocol)) return null;
  const host = parseAddress(url.hostname);
  const db = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  if (host === null || db === undefined || url.search !== "" || url.hash !== "") return null;
  const username = decode(url.username);
  const password = decode(url.password);
  if (username === null || password === null) return null;
  return {
    host,
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
    username: username || null,
    password: password || null,
    db: db === "" ? null : Number(db),
    isTls: url.protocol === "rediss:",
  };
}

/** `host:port`, or a URL that names no user and no database: those are said once, for all nodes. */
export function parseRedisNode(text: string): RedisUrl | null {
  const url = parseRedisUrl(text.includes("://") ? text : `redis://${text}`);
  return url !== null && url.username === null && url.password === null && url.db === null ? url : null;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
