import { createHash } from "node:crypto";
import type { Connection } from "../../src/index.ts";
import { type Arg, runScript, type Script } from "../../src/script.ts";

/** A clock that stands until it is moved. */
export interface Clock {
  nowMs: number;
}

const READS_TIME = "redis.call('TIME')";

/** The connection, with scripts that read this clock where they would read Redis's: every time is exact. */
export function clocked(connection: Connection, clock: Clock): Connection {
  const stopped = new Map<string, Script>();
  const stop = (source: string): Script => {
    const known = stopped.get(source);
    if (known !== undefined) return known;
    if (source.split(READS_TIME).length !== 2) throw new Error("a script reads the time once");
    const text = source.replace(READS_TIME, "{ 0, 0 }");
    const script = { name: "", source: text, sha: createHash("sha1").update(text).digest("hex") };
    stopped.set(source, script);
    return script;
  };
  return new Proxy(connection, {
    get(target, name) {
      // The store falls back on the whole script, which is what we want to see.
      if (name === "evalsha") return () => Promise.reject(new Error("NOSCRIPT"));
      if (name === "eval")
        return (source: string, _keys: number, key: string, _skewMs: Arg, ...args: readonly Arg[]) =>
          runScript(target, stop(source), key, [clock.nowMs, ...args]);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
