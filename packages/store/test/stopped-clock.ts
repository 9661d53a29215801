import { createHash } from "node:crypto";
import type { Connection } from "../src/index.ts";
import { type Arg, runScript, type Script } from "../src/script.ts";

const TELLS_TIME = "redis.call('TIME')";
/** Scripts of an account add this to the time; the others tell no time that a test judges. */
const ADDS_SKEW = "+ tonumber(skew)";

/**
 * The connection, with scripts that are told the time where they would ask Redis for it: a test's steps take no time,
 * however slow the machine is. `nowMs` makes the time of a view's skew.
 */
export function stoppedClock(connection: Connection, nowMs: (skewMs: number) => number): Connection {
  const stopped = new Map<string, Script>();
  const stop = (source: string): Script => {
    const known = stopped.get(source);
    if (known !== undefined) return known;
    if (source.split(TELLS_TIME).length !== 2) throw new Error("a script asks for the time once");
    const text = source.replace(TELLS_TIME, "{ 0, 0 }");
    const script = { name: "", source: text, sha: createHash("sha1").update(text).digest("hex") };
    stopped.set(source, script);
    return script;
  };
  const run = (source: string, _keys: number, key: string, ...args: readonly Arg[]): Promise<unknown> => {
    if (!source.includes(ADDS_SKEW)) return connection.eval(source, 1, key, ...args);
    const [skewMs, ...rest] = args;
    return runScript(connection, stop(source), key, [nowMs(Number(skewMs)), ...rest]);
  };
  return new Proxy(connection, {
    get(target, name) {
      // The store falls back on the whole script, which is what we want to see.
      if (name === "evalsha") return () => Promise.reject(new Error("NOSCRIPT"));
      if (name === "eval") return run;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
