import type { LegPlan, MemoryState, PlannedLane } from "@purgeline/core";
import { Cluster, type Redis } from "ioredis";
import type { Connection } from "./connect.ts";

/** INFO costs the server some 50 µs: once a second does not matter. */
const FRESH_MS = 1000;
/** What is due is renewed while the last one serves: of 40 intents a second one would wait for it. */
const STALE_MS = 2 * FRESH_MS;
/** Sooner once so much of the room that was read is given away: ten processes may do that at once. */
const SHARE_OF_ROOM = 0.1;
/** A server that is slower than this has other troubles, which the staging itself will meet. */
const PATIENCE_MS = 1000;

/** What a leg of one target comes to at most, its end included (docs/reliability.md): names and fields above all. */
const LEG_BYTES = 2600;
/** A pending target beside its text: two digests, a ref, five bytes of state, and the tables' own. */
const TARGET_BYTES = 110;
/** A prefetch that waits for a purge, beside that: its barrier, and the way back to it. */
const BARRIER_BYTES = 200;

/** How full Redis is, as far as one process needs to know. */
export interface MemoryGauge {
  /** Whether so many more bytes leave the headroom untouched; where they do they count from then on. */
  fits(bytes: number): Promise<boolean>;
  /** While it runs these bytes count, however often Redis is asked: it has not got them yet. */
  during<T>(bytes: number, run: () => Promise<T>): Promise<T>;
  read(): Promise<MemoryState>;
}

/** `maxPercent` of the server's `maxmemory` are for new work; the rest is there to drain it. */
export function memoryGauge(
  connection: Connection,
  maxPercent: number,
  monotonic: () => number = () => performance.now(),
): MemoryGauge {
  let last: { readonly state: MemoryState; readonly atMs: number } | null = null;
  let under: Promise<MemoryState> | null = null;
  /** Given away since the reading that is known was asked for, or on its way since before that. */
  let given = 0;
  let onTheWay = 0;

  async function ask(): Promise<MemoryState> {
    const before = Math.max(0, given - onTheWay);
    const state = fullest(await Promise.all(nodesOf(connection).map((node) => stateOf(node, maxPercent))));
    // What was given away meanwhile may be no part of it.
    given -= before;
    last = { state, atMs: monotonic() };
    return state;
  }
  const read = (): Promise<MemoryState> => {
    under ??= ask().finally(() => {
      under = null;
    });
    return under;
  };
  /** As new as it has to be for so many more bytes; the last known where nobody answers. */
  async function known(bytes: number): Promise<MemoryState> {
    const ageMs = last === null ? STALE_MS : monotonic() - last.atMs;
    if (last !== null && ageMs < STALE_MS) {
      const room = roomOf(last.state);
      const isSure = given + bytes <= room * SHARE_OF_ROOM || (given + bytes > room && ageMs < FRESH_MS);
      // Whoever waits for one meets the same fault.
      if (isSure && ageMs >= FRESH_MS) read().catch(() => undefined);
      if (isSure) return last.state;
    }
    return (await soon(read())) ?? last?.state ?? UNKNOWN;
  }
  return {
    async fits(bytes) {
      const room = roomOf(await known(bytes));
      // Read now: others were let in during the wait.
      if (given + bytes > room) return false;
      given += bytes;
      return true;
    },
    async during(bytes, run) {
      onTheWay += bytes;
      given = Math.max(given, onTheWay);
      try {
        return await run();
      } finally {
        onTheWay -= bytes;
      }
    },
    read,
  };
}

function roomOf({ usedBytes, limitBytes }: MemoryState): number {
  return limitBytes === null ? Number.POSITIVE_INFINITY : limitBytes - usedBytes;
}

const UNKNOWN: MemoryState = { usedBytes: 0, limitBytes: null };

/** null: no answer in time, or none at all. */
async function soon(reading: Promise<MemoryState>): Promise<MemoryState | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, PATIENCE_MS, null);
  try {
    return await Promise.race([reading.catch(() => null), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What these will take in Redis. */
export function weightOf(legs: readonly LegPlan[]): number {
  return legs.reduce(
    (sum, { lanes }) => sum + lanes.reduce((of, lane) => of + weightOfLane(lane), LEG_BYTES),
    0,
  );
}

function weightOfLane({ lane, targets }: PlannedLane): number {
  const each = TARGET_BYTES + (lane.startsWith("prefetch-") ? BARRIER_BYTES : 0);
  return targets.reduce((sum, { text }) => sum + each + text.length, 0);
}

function nodesOf(connection: Connection): readonly Redis[] {
  return connection instanceof Cluster ? connection.nodes("master") : [connection];
}

/** One account lives on one node, and any of them may be it: the fullest speaks for all. */
function fullest(states: readonly MemoryState[]): MemoryState {
  const share = ({ usedBytes, limitBytes }: MemoryState): number =>
    limitBytes === null ? 0 : usedBytes / limitBytes;
  return states.reduce((worst, state) => (share(state) > share(worst) ? state : worst), states[0] ?? UNKNOWN);
}

async function stateOf(node: Redis, maxPercent: number): Promise<MemoryState> {
  const told = await node.info("memory");
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(told)?.[1] ?? 0);
  // Buffers of replicas and of the append-only file are no reason for Redis to refuse anything.
  const usedBytes = field("used_memory") - field("mem_not_counted_for_evict");
  const maxMemory = field("maxmemory");
  return { usedBytes, limitBytes: maxMemory === 0 ? null : Math.floor((maxMemory * maxPercent) / 100) };
}
