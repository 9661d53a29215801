import { type RedisServer, startRedis } from "@purgeline/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect } from "../src/index.ts";
import { loadScript } from "../src/script.ts";
import { view } from "./bundle.ts";
import { listening, runEveryScript, type ScriptCall } from "./every-script.ts";
import { declaredArgs, headerOf, names, textOf } from "./script-texts.ts";

/** Lua's limit, and how many more names each script has room for at least. */
const MOST_NAMES = 200;
const SPARE_NAMES = 30;

const calls: ScriptCall[] = [];
const open: Connection[] = [];
let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
  const join = (): Connection => {
    const made = connect({ kind: "socket", path: redis.path, prefix: "t" }, "worker", () => undefined);
    open.push(made);
    return made;
  };
  const connection = listening(join(), calls);
  await runEveryScript(view(connection, join, {}, undefined), view(connection, join, {}, 2000), connection);
});
afterAll(async () => {
  for (const each of open) each.disconnect();
  await redis.stop();
});

it.each(names)("the wrapper of %s tells it as many arguments as its header names", (name) => {
  const { sha } = loadScript(name);
  const { named, open: openFrom } = declaredArgs(headerOf(textOf(name)));
  const counts = calls.filter((call) => call.sha === sha).map(({ args }) => args.length);
  expect(counts.length, "calls").toBeGreaterThan(0);
  for (const count of counts) {
    if (openFrom === Number.POSITIVE_INFINITY) expect(count).toBe(named.size);
    else expect(count).toBeGreaterThanOrEqual(openFrom - 1);
  }
});

it.each(names)("%s has room for more names, under Lua's limit", async (name) => {
  const [connection] = open;
  const load = (spare: number): unknown =>
    connection?.script("LOAD", `${"local spare\n".repeat(spare)}${loadScript(name).source}`);
  await expect(load(MOST_NAMES)).rejects.toThrow("more than 200 local variables");
  await expect(load(SPARE_NAMES)).resolves.toMatch(/^[0-9a-f]{40}$/);
});
