import { createHash } from "node:crypto";
import { type Arg, type Scripts, TELLS_TIME, withScriptsRunBy } from "./run-scripts.ts";

interface Stopped {
  readonly source: string;
  readonly sha: string;
}

/** Scripts of an account add this to the time; the others tell no time that a test judges. */
const ADDS_SKEW = "+ tonumber(skew)";

/**
 * The connection, with scripts that are told the time where they would ask Redis for it: a test's steps take no time,
 * however slow the machine is. `nowMs` makes the time of a view's skew.
 */
export function stoppedClock<C extends Scripts>(connection: C, nowMs: (skewMs: number) => number): C {
  const stopped = new Map<string, Stopped>();
  const stop = (source: string): Stopped => {
    const known = stopped.get(source);
    if (known !== undefined) return known;
    if (source.split(TELLS_TIME).length !== 2) throw new Error("a script asks for the time once");
    const text = source.replace(TELLS_TIME, "{ 0, 0 }");
    const script = { source: text, sha: createHash("sha1").update(text).digest("hex") };
    stopped.set(source, script);
    return script;
  };
  const run = async (
    given: string,
    _keys: number,
    key: string,
    ...args: readonly Arg[]
  ): Promise<unknown> => {
    if (!given.includes(ADDS_SKEW)) return await connection.eval(given, 1, key, ...args);
    const [skewMs, ...rest] = args;
    const { source, sha } = stop(given);
    const told = [key, nowMs(Number(skewMs)), ...rest];
    return await connection.evalsha(sha, 1, ...told).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return connection.eval(source, 1, ...told);
    });
  };
  return withScriptsRunBy(connection, run);
}
