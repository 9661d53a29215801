import { dayStarts } from "@purgeline/core";
import { digests } from "../src/digest.ts";
import type { Bundle } from "./bundle.ts";
import { keys, urls } from "./steps.ts";

/** An hour after a day has begun: far from the next, and due times of tasks are whole. */
export const MORNING_MS: number = (dayStarts("Asia/Shanghai", Date.now(), 1, 1)[1] ?? 0) + 3_600_000;

/** Texts of targets, whose last part stands for the digests of their keys: `<0>`. */
const TARGETS = urls(4);
/** Limits are one field each, as published; the server's name is not the test's. */
const LEFT_OUT = /^(limits (lane|call):|limits quotas|account server)/;

/** Every field, member and value of the account that a step changes: `key field: before → after`, `-` being nothing. */
export async function changesOf(store: Bundle, act: () => Promise<unknown>): Promise<readonly string[]> {
  const before = await contentsOf(store);
  await act();
  const after = await contentsOf(store);
  const all = [...new Set([...before.keys(), ...after.keys()])].sort();
  return all.flatMap((name) => {
    const [was = "-", is = "-"] = [before.get(name), after.get(name)];
    return was === is || LEFT_OUT.test(name) ? [] : [`${name}: ${was} → ${is}`];
  });
}

async function contentsOf(store: Bundle): Promise<ReadonlyMap<string, string>> {
  const all = await Promise.all((await keys(store)).map((key) => linesOf(store, key)));
  return new Map(all.flat().map(([name, value]) => [readable(store, name), readable(store, value)]));
}

async function linesOf({ connection }: Bundle, key: string): Promise<readonly (readonly [string, string])[]> {
  const ask = async (command: string, ...args: readonly string[]): Promise<readonly string[]> => {
    const reply = (await connection.callBuffer(command, `t:{ali}:${key}`, ...args)) as readonly (
      | Buffer
      | Buffer[]
    )[];
    return reply.flat().map((each) => each.toString("latin1"));
  };
  switch (await connection.type(`t:{ali}:${key}`)) {
    case "hash":
      return inPairs(key, await ask("HGETALL"));
    case "zset":
      return inPairs(key, await ask("ZRANGE", "0", "-1", "WITHSCORES"));
    case "list":
      return [[key, `[${(await ask("LRANGE", "0", "-1")).join(" ")}]`]];
    default: {
      const value = await connection.getBuffer(`t:{ali}:${key}`);
      return [[key, value?.toString(key.endsWith(":b") ? "hex" : "latin1") ?? ""]];
    }
  }
}

function inPairs(key: string, flat: readonly string[]): readonly (readonly [string, string])[] {
  return flat.flatMap((each, i) => (i % 2 === 0 ? [[`${key} ${each}`, flat[i + 1] ?? ""] as const] : []));
}

/** Times as ms or seconds since the test began; the end of its day by name. */
function readable({ nowMs }: Bundle, content: string): string {
  const day = dayStarts("Asia/Shanghai", nowMs, 1, 1).find((each) => each > nowMs);
  const second = Math.floor(nowMs / 1000);
  let text = content
    .replaceAll(String(day), "DAY")
    .replaceAll(/\b\d{10}\b/g, (seconds) => `s+${Number(seconds) - second}`);
  for (const target of TARGETS) {
    text = text.replaceAll(digests([target]).toString("latin1"), `<${target.split("/").at(-1)}>`);
  }
  return text
    .replaceAll(/\b\d{13}\b/g, (ms) => `+${Number(ms) - nowMs}`)
    .replaceAll("\t", " ")
    .replaceAll("\n", " ");
}
