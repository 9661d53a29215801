import { type Connection, joinStore } from "../src/index.ts";
import { limitsWith, type View } from "./bundle.ts";
import { PAGES, rollLimits } from "./roll-steps.ts";
import { accept, counts, POLL, polled, SUBMIT, seal, seen, urls } from "./steps.ts";

export interface ScriptCall {
  readonly sha: string;
  readonly key: string;
  readonly args: readonly unknown[];
}

/** The connection, which writes down the scripts that it is asked to run. */
export function listening(connection: Connection, calls: ScriptCall[]): Connection {
  return new Proxy(connection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "evalsha") return value.bind(target);
      return (sha: string, keyCount: number, key: string, ...args: readonly unknown[]): unknown => {
        calls.push({ sha, key, args });
        return value.call(target, sha, keyCount, key, ...args);
      };
    },
  });
}

async function rollUp(now: View): Promise<void> {
  await now.work.publish("ali", rollLimits(), { atMs: 0, digest: "zero" });
  const [slot] = await now.stage("int_0", PAGES);
  if (slot === undefined) throw new Error("no slot");
  for (const kind of ["rolled", "end"] as const) {
    const taken = await now.work.take(slot);
    if (taken.kind !== kind) throw new Error(`not ${kind}, but ${JSON.stringify(taken)}`);
  }
}

/** An intent's way from stage to its end, and everything else that a process may ask of the store, once. */
export async function runEveryScript(now: View, later: View, connection: Connection): Promise<void> {
  const joining = { connection, prefix: "t", configuredAtMs: 1, accounts: [], onDiffer: () => undefined };
  const member = await joinStore(joining);
  await member.joined;
  member.leave();
  await rollUp(now);
  await now.work.publish("ali", limitsWith(), { atMs: 1, digest: "one" });
  const [slot] = await now.stage("int_1", urls(1500), { body: { urls: [] } });
  await now.stage("int_2", urls(1));
  await now.intake.staged("ali", "int_1");
  await now.intake.pause("ali");
  await now.intake.resume("ali");
  const [minted] = await now.work.renew("ali", [], slot === undefined ? [] : [slot]);
  const sealed = await seal(now, minted ?? slot);
  await now.work.permit("ali", SUBMIT, null, { ageMs: 10, attempt: sealed.batch });
  await now.work.rebook("ali", SUBMIT, 0, 1);
  const recorded = await accept(now, sealed);
  const poll = recorded.slots.find(({ kind }) => kind.for === "poll");
  if (poll === undefined) throw new Error("no poll slot");
  const claimed = await later.work.claimPolls(poll, 10);
  if (claimed.kind !== "tasks" || claimed.tasks[0] === undefined) throw new Error(JSON.stringify(claimed));
  await later.work.putOff("ali", claimed.tasks, 0, null, polled);
  await later.intake.hint("ali", ["1"]);
  const size = (await later.work.items("ali", claimed.tasks[0].batch))?.length ?? 0;
  const ended = Array.from({ length: size }, (_, index) => ({
    index,
    end: index === 0 ? ("failed" as const) : ("confirmed" as const),
    code: "x",
    message: "",
  }));
  await later.work.settle("ali", {
    task: claimed.tasks[0],
    size,
    ended,
    next: [],
    rest: null,
    seen: { ...seen, call: POLL },
  });
  await now.intake.retry("int_2");
  await counts(now, "int_1");
  await now.intake.targets("int_1", { state: null, cursor: null, limit: 10 });
  await now.intake.cancel("int_1");
  await now.work.sweep("ali");
  const round = { calls: ["DescribeRefreshQuota"], everyMs: 60_000, leaseMs: 20_000, atOnce: true };
  await now.work.claimQuota("ali", round);
  const lookup = { ref: "1.?", batch: sealed.batch.id, attempt: 1, sentAtMs: 0, missedAtMs: 0, ageMs: 0 };
  const listed = {
    lookup,
    lane: "purge-url",
    candidates: [],
    told: true,
    pollInMs: 0,
    seen: polled,
  } as const;
  await now.work.settleLookup("ali", listed);
  const figures = [{ class: "url", limit: 2000, remaining: 500, batch: 39 }];
  const asked = { ...seen, call: "DescribeRefreshQuota" };
  await now.work.settleQuota("ali", { figures, hold: null, seen: asked, isLast: true });
  await now.intake.accounts();
  await now.intake.idempotency.claim("shop", "k", "b", "int_3");
}
