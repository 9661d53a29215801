import { LETTER, STATES, type State } from "@purgeline/core";
import { byScore, pendingOf, type Twin } from "@purgeline/testkit/twin";
import type { Connection } from "../../src/index.ts";
import { POLL } from "../steps.ts";
import { LANES } from "./commands.ts";

const P = "t:{ali}:";

/** All that can be compared, in the twin's words. */
export type Looks = Readonly<Record<string, unknown>>;

/** What a sorted set says, as Redis lists it. */
const flat = (zset: ReadonlyMap<string | number, number>): readonly string[] =>
  byScore(zset).flatMap(([member, score]) => [String(member), score === Infinity ? "inf" : String(score)]);

export function lookAtTwin(twin: Twin): Looks {
  const looks: Record<string, unknown> = { pending: pendingOf(twin) };
  for (const { id, targets, lives, finishedAt } of twin.intents.values()) {
    const counts = STATES.map((state) => targets.filter((target) => target.state === state).length);
    looks[id] = [targets.map(({ state }) => LETTER[state]).join(""), ...counts, lives, finishedAt];
  }
  for (const [name, lane] of twin.lanes) {
    const running = [...twin.byNumber.values()].filter((b) => b.lane === name && b.state === "submitted");
    looks[name] = {
      keys: [lane.keys.size, lane.next.size, lane.out.size, lane.holders.size],
      sending: flat(lane.sending),
      retry: flat(lane.retry),
      running: flat(new Map(running.map(({ number, acceptedAt }) => [number, acceptedAt ?? 0]))),
      resting: flat(lane.resting),
      behind: flat(new Map([...lane.behind].map(([number, { at }]) => [number, at]))),
    };
  }
  for (const [key, { used, reserved, elsewhere, full }] of twin.days)
    looks[`quota:${key}`] = [used, reserved, elsewhere, full];
  looks.tasks = flat(new Map([...twin.tasks.values()].map(({ ref, dueAt }) => [ref, dueAt])));
  looks.unstaged = [...twin.unstaged].map(([{ id }, at]) => `${id} ${at}`).sort();
  return looks;
}

/** The same of Redis, in one round trip; the twin's names say what to ask for. */
export async function lookAtRedis(connection: Connection, twin: Twin): Promise<Looks> {
  const pipeline = connection.pipeline();
  const readers: [string, (replies: readonly unknown[]) => unknown, number][] = [];
  const ask = (name: string, count: number, read: (replies: readonly unknown[]) => unknown): void =>
    void readers.push([name, read, count]);
  pipeline.hget(`${P}account`, "pending");
  ask("pending", 1, ([pending]) => Number(pending ?? 0));
  for (const [index, { id }] of [...twin.intents.values()].entries()) {
    const leg = `${P}leg:${index + 1}`;
    pipeline.get(`${leg}:s`);
    pipeline.hmget(leg, ...STATES.map((state: State) => `n:${LETTER[state]}`), "lives", "finished");
    ask(id, 2, ([letters, fields]) => {
      const list = fields as readonly (string | null)[];
      return [letters, ...list.slice(0, -1).map((n) => Number(n ?? 0)), numberOrNull(list.at(-1))];
    });
  }
  for (const name of LANES) {
    const L = `${P}lane:${name}`;
    for (const part of ["keys", "next", "out", "absorbs"]) pipeline.hlen(`${L}:${part}`);
    const sets = ["sending", "retry", "running", "resting", "behind"] as const;
    for (const part of sets) pipeline.zrange(`${L}:${part}`, "0", "-1", "WITHSCORES");
    ask(name, 9, (replies) => ({
      keys: replies.slice(0, 4),
      ...Object.fromEntries(sets.map((part, i) => [part, replies[4 + i]])),
    }));
  }
  for (const key of twin.days.keys()) {
    pipeline.hmget(`${P}quota:${key}`, "used", "reserved", "elsewhere", "full");
    ask(`quota:${key}`, 1, ([fields]) => {
      const [used, reserved, elsewhere, full] = fields as readonly (string | null)[];
      return [Number(used ?? 0), Number(reserved ?? 0), Number(elsewhere ?? 0), full !== null];
    });
  }
  pipeline.zrange(`${P}poll:${POLL}:due`, "0", "-1", "WITHSCORES");
  ask("tasks", 1, ([tasks]) => tasks);
  pipeline.zrange(`${P}unstaged`, "0", "-1", "WITHSCORES");
  ask("unstaged", 1, ([legs]) => {
    const ids = [...twin.intents.keys()];
    const list = legs as readonly string[];
    return list.flatMap((leg, i) => (i % 2 === 0 ? [`${ids[Number(leg) - 1]} ${list[i + 1]}`] : [])).sort();
  });
  const replies = ((await pipeline.exec()) ?? []).map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
  const looks: Record<string, unknown> = {};
  let at = 0;
  for (const [name, read, count] of readers) {
    looks[name] = read(replies.slice(at, at + count));
    at += count;
  }
  return looks;
}

function numberOrNull(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}
