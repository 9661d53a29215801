import { afterEach, expect, it, vi } from "vitest";
import { freePort } from "../cli/free-port.ts";
import { breachesOf } from "./campaign/judge.ts";
import type { Role } from "./campaign/role.ts";
import { type Ledgers, underLoad } from "./campaign/under-load.ts";
import { openWorld, type World } from "./campaign/world.ts";

/** What orchestrators give by default; what has not ended by then is killed. */
const GRACE_MS = 30_000;

let world: World;
afterEach(() => world.close());

interface Ended {
  readonly name: string;
  readonly code: number | null;
  readonly isInTime: boolean;
}

async function stopped(roles: readonly Role[]): Promise<readonly Ended[]> {
  const stop = async (each: Role): Promise<Ended> => {
    const { code, ms } = await each.stop();
    return { name: each.name, code, isInTime: ms < GRACE_MS };
  };
  return await Promise.all(roles.map(stop));
}

function inOrder(roles: readonly Role[]): readonly Ended[] {
  return roles.map(({ name }) => ({ name, code: 0, isInTime: true }));
}

/** The provider takes its time, so that calls are under way at any moment. */
async function slowProvider(ms: number): Promise<void> {
  await fetch(`${world.simUrl}/_sim/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "latency", ms }),
  });
}

async function calledMore(ledgers: Ledgers): Promise<void> {
  const before = ledgers.provider().length;
  await vi.waitFor(() => expect(ledgers.provider().length).toBeGreaterThan(before + 2), { timeout: 120_000 });
}

it("SIGTERM under load ends every role with 0 in its grace, whether Redis answers, is silent or is gone; nothing is lost", {
  timeout: 480_000,
}, async () => {
  world = await openWorld();
  const boards = [world.board(1), world.board(2)];
  for (const each of boards) each.start();
  const [silent, gone] = world.redisLinks;
  const everybody = [...world.apis, ...world.workers, ...boards];
  const { verdict } = await underLoad(world, { seed: 11, producers: 3 }, async (ledgers) => {
    await Promise.all(everybody.map((each) => each.ready()));
    await slowProvider(1_000);
    await calledMore(ledgers);
    const firsts = [world.apis[0], world.workers[0]];
    expect(await stopped(firsts)).toEqual(inOrder(firsts));
    for (const each of firsts) each.start();
    await Promise.all(firsts.map((each) => each.ready()));
    await calledMore(ledgers);
    silent.stall("answers");
    gone.redirect(await freePort());
    gone.reset();
    expect(await stopped(everybody)).toEqual(inOrder(everybody));
    silent.flow();
    gone.redirect(world.redis.port);
    for (const each of [...world.apis, ...world.workers]) each.start();
    await fetch(`${world.simUrl}/_sim/faults`, { method: "DELETE" });
    return { strikes: [] };
  });
  expect(breachesOf(verdict)).toEqual([]);
});
