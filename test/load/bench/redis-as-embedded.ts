import type { RedisOptions } from "@purgeline/testkit";
import { Redis } from "ioredis";

/** As `purgeline up` starts its own: the file is not rewritten while it is small. */
export const AS_EMBEDDED: RedisOptions = {
  appendfsync: "always",
  config: { "auto-aof-rewrite-min-size": "1gb" },
};

/** The server's process. */
export async function pidOf(redis: string): Promise<number> {
  const client = new Redis(redis);
  try {
    return Number(/process_id:(\d+)/.exec(await client.info("server"))?.[1]);
  } finally {
    client.disconnect();
  }
}
