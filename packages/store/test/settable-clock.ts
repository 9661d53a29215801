import { type Arg, TELLS_TIME, withScriptsRunBy } from "@purgeline/testkit";
import type { Connection } from "../src/index.ts";
import { type Bundle, type Settings, type View, view } from "./bundle.ts";
import { eachLife } from "./flood.ts";

/** A time for everybody, and Redis's clock, which may be set. */
export interface World {
  atMs: number;
  redisMs: number;
  /** How late the next step is that reaches Redis. */
  lateMs: number;
  /** How late the next answer comes. */
  answerLateMs: number;
}

/** The connection, to a Redis whose clock is the world's. */
function settableClock(connection: Connection, world: World): Connection {
  const run = async (
    source: string,
    _keys: number,
    key: string,
    ...args: readonly Arg[]
  ): Promise<unknown> => {
    world.atMs += world.lateMs;
    world.lateMs = 0;
    const told = world.atMs + world.redisMs;
    const time = `{ ${Math.floor(told / 1000)}, ${(told % 1000) * 1000} }`;
    try {
      return await connection.eval(source.replace(TELLS_TIME, time), 1, key, ...args);
    } finally {
      world.atMs += world.answerLateMs;
      world.answerLateMs = 0;
    }
  };
  return withScriptsRunBy(connection, run);
}

/** A process of its own, which has seen Redis's clock before it is set. */
export async function processIn(store: Bundle, world: World, settings: Settings): Promise<View> {
  const made = view(
    settableClock(store.connection, world),
    () => store.connection,
    settings,
    undefined,
    undefined,
    () => world.atMs,
  );
  await made.work.sweep("ali");
  await made.intake.legs("int_0");
  return made;
}

/** Sets Redis's clock, by which it lets keys expire. */
export async function setRedisClock(store: Bundle, world: World, byMs: number): Promise<void> {
  world.redisMs += byMs;
  await eachLife(store, async (key, ms) => {
    await (ms <= byMs ? store.connection.del(key) : store.connection.pexpire(key, ms - byMs));
  });
}
