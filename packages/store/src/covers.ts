import type { Lane } from "@purgeline/core";
import { digests } from "./digest.ts";

/** As scripts read which directories hold which targets of a chunk. */
export interface Covers {
  /** Of every directory, once. */
  readonly digests: Buffer;
  /** A line for each target: the numbers of its directories, from 1. */
  readonly lists: string;
}

const NONE: Covers = { digests: Buffer.alloc(0), lists: "" };

/** What a chunk of prefetches has to know to wait for purges of directories. Keys are canonical. */
export function coversOf(lane: Lane, keys: readonly string[]): Covers {
  if (!lane.startsWith("prefetch-")) return NONE;
  const numbers = new Map<string, number>();
  const numberOf = (directory: string): number => {
    const known = numbers.get(directory) ?? numbers.size + 1;
    numbers.set(directory, known);
    return known;
  };
  const lists = keys.map((key) => (lane === "prefetch-url" ? directoriesOf(key).map(numberOf) : []));
  return {
    digests: digests([...numbers.keys()]),
    lists: lists.map((list) => `${list.join(" ")}\n`).join(""),
  };
}

/** Every directory that a URL lies in, itself where it is one; on `/` boundaries of its path. */
function directoriesOf(url: string): readonly string[] {
  const query = url.indexOf("?");
  const path = query === -1 ? url : url.slice(0, query);
  const found: string[] = [];
  const host = path.indexOf("://") + 3;
  for (let at = path.indexOf("/", host); at !== -1; at = path.indexOf("/", at + 1))
    found.push(path.slice(0, at + 1));
  return found;
}
