import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Connection } from "./connect.ts";
import { asUnavailable } from "./unavailable.ts";

export type Arg = string | number | Buffer;
export type Reply = readonly unknown[];

const DIRECTORY = new URL("./scripts/", import.meta.url);

export interface Script {
  readonly name: string;
  readonly source: string;
  readonly sha: string;
}

/** Reads `scripts/<name>.lua` and puts the pages that it includes (`-- @include base`) in their places. */
export function loadScript(name: string): Script {
  const source = readFileSync(new URL(`${name}.lua`, DIRECTORY), "utf8").replace(
    /^-- @include (\w+)$/gm,
    (_, page: string) => readFileSync(new URL(`lib/${page}.lua`, DIRECTORY), "utf8"),
  );
  return { name, source, sha: createHash("sha1").update(source).digest("hex") };
}

/** Runs one transition. Rejects with `StoreUnavailable` when Redis does not carry it out, or may not have. */
export async function runScript(
  connection: Connection,
  script: Script,
  key: string,
  args: readonly Arg[],
): Promise<unknown> {
  const wasReady = connection.status === "ready";
  try {
    return await connection.evalsha(script.sha, 1, key, ...args).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return connection.eval(script.source, 1, key, ...args);
    });
  } catch (error) {
    throw asUnavailable(error, wasReady);
  }
}

/** The reply's kind and the rest; scripts answer with a word first. */
export function kinded(reply: unknown, script: string): { readonly kind: string; readonly rest: Reply } {
  const [kind, ...rest] = list(reply, script);
  return { kind: text(kind, script), rest };
}

export function list(value: unknown, where: string): Reply {
  if (!Array.isArray(value)) throw new Error(`store: ${where} answered ${JSON.stringify(value)}, not a list`);
  return value;
}

export function text(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw new Error(`store: ${where} answered ${JSON.stringify(value)}, not a text`);
}

export function number(value: unknown, where: string): number {
  const found = typeof value === "number" ? value : Number(text(value, where));
  if (!Number.isFinite(found))
    throw new Error(`store: ${where} answered ${JSON.stringify(value)}, not a number`);
  return found;
}
