import { isDeepStrictEqual } from "node:util";
import type { Admitted } from "@purgeline/engine";
import { drive, during } from "./drive.ts";
import { type Evidence, judge } from "./judge.ts";
import type { Point, Side, Visit } from "./outside.ts";
import { PRODUCER, type Process, startProcess } from "./process.ts";
import { lastSeq, unitsAtDoor } from "./provider-ledger.ts";
import type { Accepted, Ask, Scenario } from "./scenario.ts";
import { PREFIX, type World } from "./world.ts";

export interface Crash {
  readonly at: Point;
  readonly side: Side;
}

export interface Trial {
  /** Points of the scenario's verbs, in order. */
  readonly points: readonly Point[];
  /** Where the process died; null: it was not killed. */
  readonly crashedAt: Point | null;
  /** Calls that the provider's door saw, but for queries. */
  readonly submits: number;
  readonly complaints: readonly string[];
}

let trials = 0;

/**
 * One scenario from an empty Redis to its end, the process killed at one point. What the dead process
 * leaves behind is the same after a point as before the next one, so the two sides differ in what the others make of
 * it: `before`: its job comes back, and the producer repeats what got no answer; `after`: every job is lost, and
 * the producer is never heard of again.
 */
export async function trial(world: World, scenario: Scenario, crash: Crash | null): Promise<Trial> {
  trials += 1;
  const path = `run-${trials}`;
  await world.reset();
  const since = lastSeq(world);
  const spent = unitsAtDoor(world);
  const prepared = (await scenario.prepare?.(world, path)) ?? [];
  const points: Point[] = [];
  let crashedAt: Point | null = null;
  const processes: Process[] = [];
  const visit: Visit = async (point, side) => {
    await scenario.around?.(world, point, side);
    if (!scenario.verbs.includes(point.verb)) return;
    if (side === "before") points.push(point);
    if (side !== crash?.side || !isDeepStrictEqual(point, crash.at)) return;
    crashedAt = point;
    processes[0]?.outside.die();
  };
  processes.push(startProcess(world, visit));
  const now = (): Process => {
    const last = processes.at(-1);
    if (last !== undefined && !last.outside.isDead()) return last;
    world.jobs.processDied(crash?.side === "before" ? "back" : "lost", world.nowMs());
    const next = startProcess(
      world,
      async (point, side) => void (await scenario.around?.(world, point, side)),
    );
    processes.push(next);
    return next;
  };
  const complaints: string[] = [];
  const asks = scenario.asks?.(path) ?? [];
  const accepted = [...prepared];
  for (const [index, ask] of asks.entries()) {
    const began = lastSeq(world);
    const answer = await answered(world, now, ask, `${path}-${index}`, crash?.side === "before");
    if (answer === null) continue;
    const intentId = idOf(answer);
    if (ask.end === "refused" ? answer.kind !== "backlog" : intentId === null)
      complaints.push(`the answer was ${JSON.stringify(answer)}`);
    else if (intentId !== null) accepted.push({ ask, intentId, since: began });
  }
  if (scenario.act !== undefined) {
    const process = now();
    // Whoever asks for such a thing and gets no answer repeats it.
    if (!(await during(process, scenario.act(process, world, accepted))))
      await scenario.act(now(), world, accepted);
  }
  await drive(world, { now, accounts: scenario.accounts, asksQuota: scenario.asksQuota ?? false }).catch(
    (error: unknown) => complaints.push(String(error)),
  );
  const evidence: Evidence = {
    entries: world.simulators.ledger.since(since, 10_000),
    accepted,
    spent,
    resends: processes.flatMap((each) => each.resends),
    resendsAllowed: scenario.resends ?? 0,
    retried: scenario.retried ?? 0,
    isRefused: asks.some(({ end }) => end === "refused"),
    crashedIn: crashedAt === null ? null : (crash?.at.verb ?? null),
  };
  const faults = processes.flatMap((each) => each.faults.map(String));
  complaints.push(...faults.filter((text) => scenario.faults?.test(text) !== true));
  complaints.push(...(await judge(world, evidence)));
  for (const each of processes) each.outside.die();
  return { points, crashedAt, submits: submitsOf(evidence), complaints };
}

/** null: the process died over it, and the producer is silent from then on. */
async function answered(
  world: World,
  now: () => Process,
  ask: Ask,
  key: string,
  repeats: boolean,
): Promise<Admitted | null> {
  for (;;) {
    const process = now();
    let answer: Admitted | null = null;
    const admitting = process.admit(ask.body, key).then((given) => {
      answer = given;
    });
    if (await during(process, admitting)) return answer;
    if (!repeats) return null;
    // The dead try's hold on the key lasts 30 s of Redis's own time: they are over.
    const record = `${PREFIX}:{idempotency:${PRODUCER.name}:${key}}`;
    if ((await world.connection.exists(record)) === 1) await world.connection.hset(record, "until", 0);
  }
}

/** Without a hitch; throws where it is refused. */
export async function acceptedBy(world: World, process: Process, ask: Ask): Promise<Accepted> {
  const since = lastSeq(world);
  const intentId = idOf(await process.admit(ask.body, null));
  if (intentId === null) throw new Error(`refused: ${JSON.stringify(ask)}`);
  return { ask, intentId, since };
}

function idOf(answer: Admitted): string | null {
  if (answer.kind === "accepted") return answer.plan.head.id;
  if (answer.kind === "replayed") return (answer.response as { readonly id: string }).id;
  return null;
}

function submitsOf({ entries }: Evidence): number {
  return entries.filter(({ items }) => items.length > 0).length;
}
