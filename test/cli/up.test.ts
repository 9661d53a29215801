import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { freePort } from "./free-port.ts";
import { descendantsOf, isAlive, type Process } from "./processes.ts";
import { purgeline, type Running, startPurgeline } from "./program.ts";

/*
 * `purgeline up` as an operator runs it: real processes, the embedded Redis, and a
 * simulator as the provider. Each test starts on the data that the one before it left.
 */

let directory = "";
let config = "";
let simulator: Running;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "purgeline-up-"));
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  config = join(directory, "purgeline.yaml");
  await writeFile(
    config,
    `
http: { host: 127.0.0.1, port: ${await freePort()} }
accounts:
  - name: tencent
    provider: tencent-cdn
    endpoint: ${endpoint}
    credentials: { secretId: an-id, secretKey: a-secret-key }
    hosts: ["*.example.com"]
    coalesce: { quietMs: 0, maxWaitMs: 0 }
    quota: { url: 1000000 }
`,
  );
  simulator = startPurgeline(["sim", "-c", config]);
  await simulator.until("plays tencent");
});

afterAll(async () => {
  simulator?.child.kill("SIGTERM");
  await simulator?.ended;
  await rm(directory, { recursive: true, force: true });
});

const started: Running[] = [];
afterEach(async () => {
  for (const up of started.splice(0)) {
    up.child.kill("SIGTERM");
    await up.ended;
  }
});

interface Up extends Running {
  readonly env: Readonly<Record<string, string>>;
  processes(): Promise<readonly Process[]>;
  /** The one process of this kind. */
  pidOf(kind: "api" | "worker" | "redis-server"): Promise<number>;
}

async function startUp(): Promise<Up> {
  const running = startPurgeline(["up", "-c", config]);
  started.push(running);
  const api = /^API +(http\S+)$/m.exec(await running.until(/^Redis +\S+$/m))?.[1] ?? "";
  const processes = (): Promise<readonly Process[]> => descendantsOf(running.child.pid ?? 0);
  return {
    ...running,
    env: { PURGELINE_URL: api },
    processes,
    async pidOf(kind) {
      const all = await processes();
      const found = all.find(({ title }) => kindOf(title) === kind);
      if (found === undefined) throw new Error(`no ${kind} among ${JSON.stringify(all)}`);
      return found.pid;
    },
  };
}

/** `redis-server`, `api`, `worker`: roles call themselves `purgeline ROLE`. */
function kindOf(title: string): string {
  const [program = "", role = ""] = title.split(" ");
  return program === "purgeline" ? role : (program.split("/").at(-1) ?? "");
}

/** Ends it as Ctrl-C does, and proves that nothing is left. */
async function end(up: Up): Promise<void> {
  const before = await up.processes();
  expect(before.map(({ title }) => kindOf(title)).sort()).toEqual(["api", "redis-server", "worker"]);
  up.interrupt();
  expect(await up.ended).toBe(0);
  expect(before.filter(({ pid }) => isAlive(pid))).toEqual([]);
}

it("an intent reaches its confirmation, the board is on the API's port, and Ctrl-C leaves nothing behind", async () => {
  const up = await startUp();
  const purged = await purgeline(["purge", "https://a.example.com/1", "https://a.example.com/2"], up);
  expect(purged.stdout).toMatch(/^int_\S+ confirmed · 2\/2 confirmed\n$/);
  expect(purged.code).toBe(0);
  const board = await fetch(`${up.env.PURGELINE_URL}/board`);
  expect(board.status).toBe(200);
  // Ctrl-C goes to a whole group: Redis is not in it, because the roles write until their end.
  const group = up.child.pid ?? 0;
  const inGroup = (await up.processes()).filter((each) => each.group === group);
  expect(inGroup.map(({ title }) => kindOf(title)).sort()).toEqual(["api", "worker"]);
  await end(up);
});

it("a second start has what the first accepted", async () => {
  const up = await startUp();
  expect((await purgeline(["list"], up)).stdout).toMatch(/^int_\S+ +purge +confirmed +2\/2/m);
  await end(up);
});

it.each(["api", "worker", "redis-server"] as const)(
  "kill -9 of the %s in mid-run loses nothing",
  async (kind) => {
    const up = await startUp();
    const input = Array.from({ length: 3_000 }, (_, at) => `https://a.example.com/${kind}/${at}\n`).join("");
    const purging = startPurgeline(["purge"], { env: up.env, input });
    // In mid-run, unless we are slower than the run.
    await purging.until(/running|accepted|confirmed/);
    const pid = await up.pidOf(kind);
    process.kill(pid, "SIGKILL");
    expect(await purging.ended).toBe(0);
    expect(purging.said()).toContain("confirmed · 3000/3000 confirmed");
    // The work may have been done before the kill: then its successor is still to come.
    await expect.poll(() => up.pidOf(kind)).not.toBe(pid);
    await end(up);
  },
);

it("a second `up` on the same data is refused, and the first goes on", async () => {
  const up = await startUp();
  const second = await purgeline(["up", "-c", config]);
  expect(second.stderr).toContain("another `purgeline up` runs on this data");
  expect(second.code).toBe(2);
  expect((await purgeline(["list"], up)).code).toBe(0);
  await end(up);
});

it("a port in use ends it with 2, and no Redis is left", async () => {
  const up = await startUp();
  const { stderr, code } = await purgeline(["up", "-c", config, "--data", join(directory, "other")]);
  expect(stderr).toMatch(
    /address already in use 127\.0\.0\.1:\d+; stop what uses the port, or change http\.port/,
  );
  expect(code).toBe(2);
  await end(up);
});

it("kill -9 of `up` itself: its roles end in order and take the Redis with them, and the next start has everything", async () => {
  const up = await startUp();
  await purgeline(["purge", "https://a.example.com/orphan", "--no-wait"], up);
  const before = await up.processes();
  up.child.kill("SIGKILL");
  // The pipes close when the last role that inherited them has ended.
  await up.ended;
  await expect.poll(() => before.filter(({ pid }) => isAlive(pid))).toEqual([]);
  const next = await startUp();
  expect((await purgeline(["list"], next)).stdout.split("\n").length).toBeGreaterThan(4);
  await end(next);
});
