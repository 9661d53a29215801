import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { descendantsOf, isAlive } from "./processes.ts";
import { type Running, startPurgeline } from "./program.ts";

/** What `npm start` runs once set-up is through. */
const START = fileURLToPath(import.meta.resolve("@purgeline/cli/start"));

let directory = "";
let running: Running | null = null;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "purgeline-start-"));
});
afterEach(async () => {
  running?.child.kill("SIGTERM");
  await running?.ended;
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function start(): Running {
  running = startPurgeline(["--data", directory], { entry: START });
  return running;
}

async function end({ child, ended, interrupt }: Running): Promise<void> {
  const before = await descendantsOf(child.pid ?? 0);
  expect(before.length).toBeGreaterThan(0);
  interrupt();
  expect(await ended).toBe(0);
  expect(before.filter(({ pid }) => isAlive(pid))).toEqual([]);
}

it("a sample is confirmed at every provider, and the request that is printed works as it stands", async () => {
  const demo = start();
  const said = await demo.until(/Try it:\n.*\n/);
  expect(said).toContain("All 13 intents are confirmed.");
  for (const provider of ["alibaba-cdn", "alibaba-vod", "tencent-cdn", "huawei-vod"]) {
    expect(said).toMatch(new RegExp(`^${provider} purge .* confirmed · `, "m"));
    expect(said).toMatch(new RegExp(`^${provider} prefetch .* confirmed · `, "m"));
  }
  for (const what of ["API", "API documentation", "metrics", "board"]) {
    const address = new RegExp(`^ {2}${what} +(http\\S+)$`, "m").exec(said)?.[1] ?? "";
    const path = what === "API" ? "/readyz" : "";
    expect((await fetch(address + path)).status, what).toBe(200);
  }
  const [, url = "", body = ""] =
    /curl -sS (\S+) -H 'content-type: application\/json' -d '(.*)'/.exec(said) ?? [];
  const posted = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(posted.status).toBe(202);
  await end(demo);
});

it("a second start keeps the data of the first, and Ctrl-C in the middle leaves nothing behind", async () => {
  const demo = start();
  await demo.until("The intents of earlier starts are still there");
  await demo.until(/running · 0\//);
  await end(demo);
  expect(demo.said()).not.toMatch(/^\s+at /m);
});

it("Ctrl-C before anything serves ends it in order, too", async () => {
  const demo = start();
  await expect.poll(() => descendantsOf(demo.child.pid ?? 0), { interval: 5 }).not.toEqual([]);
  await end(demo);
});
