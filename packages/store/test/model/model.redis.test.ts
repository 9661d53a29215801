import { type RedisServer, startRedis } from "@purgeline/testkit";
import { createTwin } from "@purgeline/testkit/twin";
import fc from "fast-check";
import { afterAll, beforeAll, it } from "vitest";
import { type Connection, connect } from "../../src/index.ts";
import type { Both } from "./both.ts";
import { type ChosenSettings, type Step, settings, settingsOf, steps } from "./commands.ts";
import { FOUND } from "./found.ts";
import { openReal } from "./real.ts";
import { drainBoth, mayRun, runBoth } from "./walk.ts";

/**
 * How many walks; for how long, making a failure shorter included; and a failure's `seed`, `path` and `replayPath`,
 * to see it again.
 */
const {
  PURGELINE_WALKS: WALKS = "100",
  PURGELINE_WALK_SECONDS: SECONDS = "60",
  PURGELINE_WALK_SEED: SEED,
  PURGELINE_WALK_PATH: PATH,
  PURGELINE_WALK_STEPS: STEPS,
} = process.env;
const LIMIT_MS = Number(SECONDS) * 1000;
const MOST_STEPS = 80;

let redis: RedisServer;
let connection: Connection;
let subscriber: Connection;
beforeAll(async () => {
  redis = await startRedis();
  const join = (): Connection =>
    connect({ kind: "socket", path: redis.path, prefix: "t" }, "worker", () => undefined);
  connection = join();
  subscriber = join();
});
afterAll(async () => {
  connection.disconnect();
  subscriber.disconnect();
  await redis.stop();
});

type Command = fc.AsyncCommand<Both, Both>;

function commandOf(step: Step): Command {
  return {
    check: (both) => mayRun(both, step),
    run: (both) => runBoth(both, step),
    toString: () => JSON.stringify(step),
  };
}

const commands = fc.commands([steps.map(commandOf)], {
  maxCommands: MOST_STEPS,
  size: "max",
  ...(STEPS === undefined ? {} : { replayPath: STEPS }),
});

async function walkBoth(chosen: ChosenSettings, walk: Iterable<Command>): Promise<void> {
  const given = settingsOf(chosen);
  const real = await openReal(connection, subscriber, given);
  try {
    const twin = createTwin({ ...given, resets: real.resets }, real.startMs);
    const both = { real, twin, plans: new Map(), sending: [], asked: [] };
    await fc.asyncModelRun(() => ({ model: both, real: both }), walk);
    if (chosen.isDrained) await drainBoth(both);
  } finally {
    real.close();
  }
}

it.each(FOUND.map((found) => [found.name, found] as const))("%s", async (_name, { chosen, steps: found }) => {
  await walkBoth(chosen, found.map(commandOf));
});

it(
  "whatever is done in whatever order, the scripts do what a plain twin of them does",
  async ({ annotate }) => {
    let walks = 0;
    // Unbiased: short walks come to nothing, and what is found is made shorter anyway.
    const property = fc.asyncProperty(fc.noBias(settings), fc.noBias(commands), async (chosen, walk) => {
      walks += 1;
      await walkBoth(chosen, walk);
    });
    await fc.assert(property, {
      numRuns: Number(WALKS),
      interruptAfterTimeLimit: LIMIT_MS,
      ...(SEED === undefined ? {} : { seed: Number(SEED) }),
      ...(PATH === undefined ? {} : { path: PATH }),
    });
    await annotate(`${walks} walks`);
  },
  LIMIT_MS + 60_000,
);
