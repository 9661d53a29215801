import type { Redis } from "ioredis";
import type { Contender } from "./contender.ts";

/*
 * The least that a queue of keys in Lua does: one hash write and one list push for each key that comes, a pop and a
 * delete for each that goes. No duplicates, no order, no fairness, no limits, no record of what became of a key.
 */

const STAGE = `
for i = 2, #ARGV do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[1])
  redis.call('RPUSH', KEYS[2], ARGV[i])
end
return #ARGV - 1`;

const CLAIM = `
local urls = {}
for i = 1, ARGV[1] do
  local url = redis.call('LPOP', KEYS[2])
  if not url then break end
  redis.call('HDEL', KEYS[1], url)
  urls[i] = url
end
return urls`;

const KEYS = ["plainest:keys", "plainest:queue"];

export async function plainestLua(connection: Redis, batch: number): Promise<Contender> {
  const load = async (source: string): Promise<string> => String(await connection.script("LOAD", source));
  const [stage, claim] = [await load(STAGE), await load(CLAIM)];
  let intents = 0;
  return {
    name: "plainest Lua",
    async stage(urls) {
      intents += 1;
      await connection.evalsha(stage, KEYS.length, ...KEYS, `int_${intents}`, ...urls);
    },
    steps: {
      async take() {
        const urls = await connection.evalsha(claim, KEYS.length, ...KEYS, batch);
        if (!Array.isArray(urls) || urls.length !== batch)
          throw new Error(
            `plainest Lua: expected ${batch} keys to claim, got ${JSON.stringify(urls)?.slice(0, 200)}`,
          );
      },
    },
  };
}
