import { isDeepStrictEqual } from "node:util";
import type { LedgerEntry } from "@purgeline/simulator";
import { drive } from "./drive.ts";
import type { Point, Side, Visit } from "./outside.ts";
import { startProcess } from "./process.ts";
import { lastSeq } from "./provider-ledger.ts";
import { purge, urls } from "./scenarios.ts";
import { acceptedBy } from "./trial.ts";
import { PREFIX, type World } from "./world.ts";

/** Where a target may stand when somebody purges it again. */
export const PHASES = [
  "waits for its seal",
  "is sealed, and not sent yet",
  "is sealed and in flight",
  "is sealed, and waits for its retry",
  "is accepted, and not asked about yet",
  "is being polled",
  "is settled, its poll still under way",
] as const;
export type Phase = (typeof PHASES)[number];

export interface Repurged {
  readonly phase: Phase;
  readonly at: string;
  readonly complaints: readonly string[];
}

/** What goes wrong at the provider on the way. */
export type Trouble = (simulators: World["simulators"]) => void;

interface Place {
  readonly point: Point;
  readonly side: Side;
}

const CALL = "RefreshObjectCaches";
const QUERY = "DescribeRefreshTaskById";
const P = `${PREFIX}:{ali}:`;

/**
 * One target on its way through the engine, and at each point of that way, in a run of its own, somebody purges it
 * again. It is sent once more for that where it was sealed, and no more often where it was not.
 */
export async function repurgedEverywhere(world: World, trouble: Trouble): Promise<readonly Repurged[]> {
  const { places, usual, error } = await undisturbed(world, trouble);
  if (error !== null) return PHASES.map((phase) => ({ phase, at: "nowhere yet", complaints: [error] }));
  const found: Repurged[] = [];
  for (const place of places) {
    if (found.filter(({ complaints }) => complaints.length > 0).length >= ENOUGH) break;
    const repurged = await repurgedAt(world, trouble, place, usual);
    if (repurged !== null) found.push(repurged);
  }
  return found;
}

interface Undisturbed {
  readonly places: readonly Place[];
  /** How often the target is sent where nobody purges it again. */
  readonly usual: number;
  readonly error: string | null;
}

async function undisturbed(world: World, trouble: Trouble): Promise<Undisturbed> {
  const places: Place[] = [];
  try {
    // The first way is for a Redis that knows no script yet.
    await way(world, trouble, () => undefined);
    const whole = await way(world, trouble, async (point, side) => void places.push({ point, side }));
    return { places, usual: sendings(world, whole).length, error: null };
  } catch (error) {
    return { places, usual: 0, error: String(error) };
  }
}

interface Way {
  readonly url: string;
  readonly intentId: string;
  /** The provider's ledger before it. */
  readonly since: number;
}

/** Broken ones that are worth to be told: each may have hung for long. */
const ENOUGH = 3;

let ways = 0;

async function way(
  world: World,
  trouble: Trouble,
  visit: Visit,
  onStaged?: (way: Way) => void,
): Promise<Way> {
  ways += 1;
  await world.reset();
  trouble(world.simulators);
  const since = lastSeq(world);
  const [url = ""] = urls("ali", `way-${ways}`, 1);
  const process = startProcess(world, (point, side) =>
    point.verb === "submit" || point.verb === "poll" ? visit(point, side) : undefined,
  );
  const { intentId } = await acceptedBy(world, process, { body: purge([url]) });
  const staged = { url, intentId, since };
  onStaged?.(staged);
  await drive(world, { now: () => process, accounts: ["ali"], asksQuota: false });
  return staged;
}

interface Again {
  readonly phase: Phase;
  readonly intentId: string;
  readonly merged: number;
  /** The provider's ledger before it. */
  readonly since: number;
}

async function purgedAgain(world: World, first: Way, at: Point): Promise<Again> {
  const phase = await phaseAt(world, first, at);
  const since = lastSeq(world);
  const producer = startProcess(world, () => undefined);
  const answer = await producer.admit(purge([first.url]), null);
  if (answer.kind !== "accepted") throw new Error(JSON.stringify(answer));
  const merged = answer.merged.reduce((sum, { targets }) => sum + targets, 0);
  return { phase, intentId: answer.plan.head.id, merged, since };
}

/** null: that point did not come this time. */
async function repurgedAt(
  world: World,
  trouble: Trouble,
  { point, side }: Place,
  usual: number,
): Promise<Repurged | null> {
  const staged = Promise.withResolvers<Way>();
  let again: Promise<Again> | null = null;
  const visit: Visit = async (here, hereSide) => {
    if (again !== null || hereSide !== side || !isDeepStrictEqual(here, point)) return;
    again = purgedAgain(world, await staged.promise, here);
    await again;
  };
  const complaints: string[] = [];
  await way(world, trouble, visit, staged.resolve).catch((error: unknown) => complaints.push(String(error)));
  if (again === null) return null;
  const first = await staged.promise;
  const { phase, intentId, merged, since } = await (again as Promise<Again>);
  const sent = sendings(world, first);
  const isNew = phase !== "waits for its seal";
  const wanted = usual + (isNew ? 1 : 0);
  const after = isNew ? sent.at(-1) : sent[0];
  if (sent.length !== wanted) complaints.push(`sent ${sent.length} times, not ${wanted}`);
  if (merged !== (isNew ? 0 : 1)) complaints.push(`merged ${merged}`);
  if (after === undefined || after.seq <= since) complaints.push("no call began after it");
  const endedAtMs = await confirmedAt(world, intentId);
  if (endedAtMs === null || (await confirmedAt(world, first.intentId)) === null)
    complaints.push("not confirmed");
  else if (endedAtMs < Date.parse(after?.receivedAt ?? ""))
    complaints.push("confirmed before its call began");
  return { phase, at: `${side} ${point.verb} ${point.name} ${point.turn}`, complaints };
}

function sendings({ simulators }: World, { url, since }: Way): readonly LedgerEntry[] {
  return simulators.ledger
    .since(since, 10_000)
    .filter(({ call, accepted }) => call === CALL && accepted.includes(url));
}

async function confirmedAt({ store }: World, intentId: string): Promise<number | null> {
  const [leg] = await store.legs(intentId);
  return leg?.counts.confirmed === 1 ? leg.finishedAtMs : null;
}

async function phaseAt(world: World, { intentId, since }: Way, { verb, name }: Point): Promise<Phase> {
  const page = await world.store.targets(intentId, { state: null, cursor: null, limit: 1 });
  const [target] = page.items;
  const calls = world.simulators.ledger.since(since, 10_000).map(({ call }) => call);
  switch (target?.state) {
    case "pending":
      return "waits for its seal";
    case "sealed": {
      const retries = await world.connection.zcard(`${P}lane:purge-url:retry`);
      if (retries > 0) return "is sealed, and waits for its retry";
      const attempt = await world.connection.hget(`${P}batch:1`, "attempt");
      const isSent = calls.filter((call) => call === CALL).length >= Number(attempt);
      return isSent ? "is sealed and in flight" : "is sealed, and not sent yet";
    }
    case "submitted": {
      const isAsked = calls.includes(QUERY) || (verb === "poll" && name === "transport.send");
      return isAsked ? "is being polled" : "is accepted, and not asked about yet";
    }
    default:
      return "is settled, its poll still under way";
  }
}
