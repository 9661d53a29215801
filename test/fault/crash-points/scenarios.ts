import { createHash } from "node:crypto";
import { CALLBACK_KEY } from "./accounts.ts";
import { drive } from "./drive.ts";
import type { Point, Side } from "./outside.ts";
import { type Process, startProcess } from "./process.ts";
import type { Accepted, Ask, Scenario } from "./scenario.ts";
import { acceptedBy } from "./trial.ts";
import type { World } from "./world.ts";

export const urls = (host: string, path: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `https://${host}.example.com/${path}/${i}`);

export const purge = (targets: readonly string[], more: Ask["body"] = {}): Ask["body"] => ({
  op: "purge",
  urls: targets,
  ...more,
});

// biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
const THEN: Ask["body"] = { then: "prefetch" };
const REFRESH = "RefreshObjectCaches";
const LIST_TASKS = "DescribeRefreshTasks";
const ASK_TASK = "DescribeRefreshTaskById";
const ASK_QUOTA = "DescribeRefreshQuota";

/** Something is asked for before anybody watches. */
async function asked(world: World, ask: Ask): Promise<readonly [Process, Accepted]> {
  const process = startProcess(world, () => undefined);
  return [process, await acceptedBy(world, process, ask)];
}

/** A process that dies over this, at the first point of that name. */
async function dyingAt(
  world: World,
  name: string,
  run: (process: Process) => Promise<unknown>,
  turn = 1,
): Promise<void> {
  const process: Process = startProcess(world, (point, side) => {
    if (point.name === name && point.turn === turn && side === "after") process.outside.die();
    return undefined;
  });
  await Promise.race([run(process), process.outside.died]);
  if (!process.outside.isDead()) throw new Error(`nothing passed ${name}`);
}

async function work(world: World, process: Process): Promise<void> {
  const slot = world.jobs.next(world.nowMs());
  if (slot === null) throw new Error("no job is ready");
  await process.work(slot);
}

/** Redis has no memory for anything from the first record on, until somebody has waited for it or begins anew. */
async function redisIsFull({ connection }: World, { verb, name, site }: Point, side: Side): Promise<void> {
  if (side === "before" && name === "store.record" && (await connection.get("was-full")) === null) {
    await connection.set("was-full", "1");
    await connection.config("SET", "maxmemory", "1");
  }
  const waited = side === "after" && site.startsWith("work/surely.ts");
  if (waited || verb === "rescue") await connection.config("SET", "maxmemory", "0");
}

function callbackFor(world: World): Parameters<Process["takeCallback"]>[1] {
  const [job] =
    world.simulators.ledger.since(0, 100_000).findLast(({ account }) => account === "film")?.taskIds ?? [];
  const url = "https://purge.example.com/v1/callbacks/film";
  const timestamp = String(Math.floor(world.nowMs() / 1000));
  const signature = createHash("md5").update(`${url}|${timestamp}|${CALLBACK_KEY}`).digest("hex");
  return {
    url,
    headers: { "x-vod-timestamp": timestamp, "x-vod-signature": signature },
    body: JSON.stringify({ EventType: "SubmitMediaRefreshComplete", MediaRefreshJobId: job }),
    nowMs: world.nowMs(),
  };
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "a purge at two providers and the prefetch that follows it",
    verbs: ["admit"],
    accounts: ["ali", "tc"],
    asks: (path) => [{ body: purge(urls("both", path, 2), THEN) }],
  },
  {
    name: "an intent of more targets than one staging takes",
    verbs: ["admit"],
    accounts: ["tc"],
    asks: (path) => [{ body: purge(urls("tc", path, 1001)) }],
  },
  {
    name: "an intent that one of its accounts has no room for",
    verbs: ["admit", "resume"],
    accounts: ["ali", "tc"],
    moreCalls: 2,
    async prepare(world, path) {
      world.mayHold(2);
      await world.store.pause("tc");
      const [, accepted] = await asked(world, { body: purge(urls("tc", path, 2)) });
      return [accepted];
    },
    asks: (path) => [{ body: purge(urls("both", path, 1)), end: "refused" }],
    act: (process) => process.resume("tc"),
  },
  {
    name: "two batches of one lane, each asked about until its task has ended",
    verbs: ["submit", "poll"],
    accounts: ["ali"],
    async prepare({ simulators }) {
      for (const { tasks } of simulators.accounts) tasks.setCompleteMs(800);
      return [];
    },
    asks: (path) => [{ body: purge(urls("ali", path, 3)) }],
  },
  {
    name: "a purge that fails, and the prefetch that follows it",
    verbs: ["admit", "submit", "poll"],
    accounts: ["ali"],
    async prepare({ simulators }, path) {
      simulators.faults.add({ kind: "fail-items", match: path, call: REFRESH });
      return [];
    },
    asks: (path) => [{ body: purge(urls("ali", path, 1), THEN), end: "failed" }],
  },
  {
    name: "a call that is signed twice, and whose answer is lost and looked up",
    verbs: ["submit", "poll"],
    accounts: ["ali"],
    async prepare({ simulators }) {
      simulators.faults.add({ kind: "code", code: "SignatureNonceUsed", call: REFRESH, times: 1 });
      simulators.faults.add({ kind: "drop-reply", call: REFRESH, times: 1 });
      return [];
    },
    asks: (path) => [{ body: purge(urls("ali", path, 1)) }],
  },
  {
    name: "a lost answer that is looked up when the provider has time",
    verbs: ["poll"],
    accounts: ["ali"],
    async prepare({ simulators }) {
      simulators.faults.add({ kind: "drop-reply", call: REFRESH, times: 1 });
      simulators.faults.add({ kind: "throttle", call: LIST_TASKS, times: 1 });
      return [];
    },
    asks: (path) => [{ body: purge(urls("ali", path, 1)) }],
  },
  {
    name: "a lost answer that is looked up in a list of three pages, the second of which is not told at once",
    verbs: ["poll"],
    accounts: ["long"],
    async prepare({ simulators }) {
      simulators.faults.add({ kind: "drop-reply", call: REFRESH, times: 1 });
      simulators.faults.add({ kind: "throttle", call: LIST_TASKS, every: 2, times: 1 });
      return [];
    },
    asks: (path) => [{ body: purge(urls("long", path, 250)) }],
  },
  {
    name: "a call that leaves later than its permit allows",
    verbs: ["submit"],
    accounts: ["ali"],
    async prepare(world) {
      world.writesLate(30);
      return [];
    },
    asks: (path) => [{ body: purge(urls("ali", path, 1)) }],
  },
  {
    name: "a lost answer that the key may not look up",
    verbs: ["poll"],
    accounts: ["ali"],
    resends: 1,
    async prepare({ simulators }) {
      simulators.faults.add({ kind: "drop-reply", call: REFRESH, times: 1 });
      simulators.faults.add({ kind: "code", code: "Forbidden.RAM", call: LIST_TASKS });
      return [];
    },
    asks: (path) => [{ body: purge(urls("ali", path, 1)) }],
  },
  {
    name: "an answer that Redis has no memory for at first",
    verbs: ["submit"],
    accounts: ["ali"],
    faults: /OOM/,
    around: redisIsFull,
    asks: (path) => [{ body: purge(urls("ali", path, 1)) }],
  },
  {
    name: "a session that begins with a login",
    verbs: ["submit", "poll"],
    accounts: ["hw"],
    asks: (path) => [{ body: purge(urls("hw", path, 1)) }],
  },
  {
    name: "a batch that is refused for want of quota after the figures were asked for",
    verbs: ["submit"],
    accounts: ["ali"],
    asksQuota: true,
    async prepare({ simulators }) {
      simulators.faults.add({ kind: "code", code: "QuotaExceeded.Refresh", call: REFRESH, times: 1 });
      return [];
    },
    asks: (path) => [{ body: purge(urls("ali", path, 1)) }],
    act: (process) => process.followQuota("ali"),
  },
  {
    name: "figures of the quota that are not told at once",
    verbs: ["quota"],
    accounts: ["ali"],
    async prepare({ simulators }) {
      simulators.faults.add({ kind: "throttle", call: ASK_QUOTA, times: 1 });
      return [];
    },
    act: (process) => process.followQuota("ali"),
  },
  {
    name: "queries that are throttled, and spoilt by one of their tasks",
    verbs: ["poll"],
    accounts: ["ali"],
    async prepare({ simulators }) {
      simulators.faults.add({ kind: "throttle", call: ASK_TASK, times: 1 });
      simulators.faults.add({ kind: "code", code: "InvalidTaskId.Malformed", call: ASK_TASK, times: 1 });
      return [];
    },
    asks: (path) => [{ body: purge(urls("ali", path, 3)) }],
  },
  {
    name: "a callback about a task",
    verbs: ["callback"],
    accounts: ["film"],
    async prepare(world, path) {
      const [process, accepted] = await asked(world, {
        body: { op: "purge", media: [path], account: "film" },
      });
      await work(world, process);
      return [accepted];
    },
    act: (process, world) => process.takeCallback("film", callbackFor(world)),
  },
  {
    name: "a purge that is retried, and another that is cancelled with what follows it",
    verbs: ["retry", "cancel", "resume"],
    accounts: ["ali", "tc"],
    retried: 1,
    async prepare(world, path) {
      world.simulators.faults.add({ kind: "fail-items", match: path, call: REFRESH, times: 1 });
      const [process, first] = await asked(world, { body: purge(urls("ali", path, 1)) });
      await drive(world, { now: () => process, accounts: ["ali"], asksQuota: false });
      await world.store.pause("tc");
      const [, second] = await asked(world, { body: purge(urls("tc", path, 1), THEN), end: "cancelled" });
      return [first, second];
    },
    async act(process, _world, [first, second]) {
      await process.retry(first?.intentId ?? "");
      await process.cancel(second?.intentId ?? "");
      await process.resume("tc");
    },
  },
  {
    name: "what two dead processes left, every job lost",
    verbs: ["rescue"],
    accounts: ["ali", "tc"],
    resends: 2,
    async prepare(world, path) {
      const [, accepted] = await asked(world, { body: purge(urls("ali", path, 2)) });
      await dyingAt(world, "transport.send", (process) => work(world, process));
      const cutOff = purge(urls("both", path, 2), THEN);
      // A process first asks for the account's time.
      await dyingAt(world, "store.stage", (process) => process.admit(cutOff, null), 2);
      world.jobs.processDied("lost", world.nowMs());
      return [accepted];
    },
  },
];
