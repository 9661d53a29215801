import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { CommandFailed, EXIT } from "../exit.ts";

/** The `redis-server` to run: PURGELINE_REDIS_SERVER, else the first on PATH. */
export async function findRedisServer(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const named = env.PURGELINE_REDIS_SERVER;
  if (named !== undefined && named !== "") {
    if (await isExecutable(named)) return named;
    throw new CommandFailed(
      `PURGELINE_REDIS_SERVER=${named}: not a program that can be run; expected the path of redis-server`,
      EXIT.usage,
    );
  }
  for (const directory of (env.PATH ?? "").split(delimiter)) {
    const file = join(directory, "redis-server");
    if (directory !== "" && (await isExecutable(file))) return file;
  }
  throw new CommandFailed(HOW_TO_GET_REDIS, EXIT.usage);
}

const HOW_TO_GET_REDIS = `no redis-server on PATH, and the configuration names no \`redis\`. Either
  install one:  apt-get install redis-server  ·  dnf install redis  ·  brew install redis
  or say where one is:  PURGELINE_REDIS_SERVER=/path/to/redis-server
  or use a running one:  redis: { url: redis://127.0.0.1:6379 }  in the configuration`;

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
