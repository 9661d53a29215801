export type Arg = string | number | Buffer;

/** What it takes of a connection to Redis. */
export interface Scripts {
  evalsha(sha: string, keys: number, ...args: Arg[]): Promise<unknown>;
  eval(source: string, keys: number, ...args: Arg[]): Promise<unknown>;
}

/** As each script of an account asks Redis for the time, once. */
export const TELLS_TIME = "redis.call('TIME')";

/** The connection, but that scripts are run by `run`, which is given the whole of each. */
export function withScriptsRunBy<C extends Scripts>(
  connection: C,
  run: (source: string, keys: number, key: string, ...args: readonly Arg[]) => Promise<unknown>,
): C {
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
