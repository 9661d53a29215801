import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runApi } from "@purgeline/api";
import { type Config, loadConfig } from "@purgeline/config";
import { effectiveLimits } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { type Simulators, startSimulators } from "@purgeline/simulator";
import { createLogger } from "@purgeline/telemetry";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { runWorker } from "@purgeline/worker";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { purgeline, startPurgeline } from "../cli/program.ts";

/*
 * An account that is renamed while it has work: the configuration names another one, and then the first one again.
 */

let redis: RedisServer;
let simulators: Simulators;
let folder = "";

const yaml = (name: string, endpoint: string, perSecond = 50): string => `
http: { port: 0 }
board: { port: 0 }
redis: { url: "${redis.url}", prefix: orphans }
accounts:
  - name: ${name}
    provider: alibaba-cdn
    endpoint: ${endpoint}
    credentials: { ak: id, sk: a-secret-key }
    hosts: ["*.example.com"]
    cacheKey: [{ host: "*.example.com", query: ignore }]
    coalesce: { quietMs: 0, maxWaitMs: 0 }
    limits: { calls: { RefreshObjectCaches: { perSecond: ${perSecond} } } }
`;

function configOf(text: string): Config {
  const loaded = loadConfig(text, {}, providers);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

beforeAll(async () => {
  redis = await startRedis();
  folder = await mkdtemp(join(tmpdir(), "purgeline-orphans-"));
  const played = configOf(yaml("ali", "http://127.0.0.1:0")).accounts.map(({ settings, overrides }) => {
    const provider = providers.get(settings.provider);
    if (provider === undefined) throw new Error(settings.provider);
    return { settings, limits: effectiveLimits(provider.table(settings), overrides) };
  });
  simulators = await startSimulators(played, { completeMs: 0 });
});
const stops: (() => Promise<void>)[] = [];
const stopAll = async (): Promise<void> => {
  for (const stop of stops.splice(0)) await stop();
};
afterEach(stopAll);
afterAll(async () => {
  await simulators.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Its configuration file, and the warnings that its roles log from now on. */
interface Deployed {
  readonly file: string;
  readonly warned: readonly { readonly event: string; readonly account?: string }[];
  /** Resolves with where it serves. */
  api(): Promise<string>;
  worker(): Promise<void>;
}

async function deploy(name: string, configuredAtMs = Date.now(), perSecond = 50): Promise<Deployed> {
  const text = yaml(name, simulators.settingsOf("ali").endpoint ?? "", perSecond);
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, text);
  const lines: string[] = [];
  const start = async (run: typeof runApi | typeof runWorker, role: string): Promise<string> => {
    const stop = new AbortController();
    const ready = Promise.withResolvers<string>();
    const done = run({
      config: configOf(text),
      redis: { kind: "socket", path: redis.path, prefix: "orphans" },
      configuredAtMs,
      version: "test",
      log: createLogger({ level: "warn", role, output: { write: (line) => void lines.push(line) } }),
      signal: stop.signal,
      onReady: (addresses: Readonly<Record<string, string>>) => ready.resolve(addresses.API ?? ""),
    });
    stops.push(async () => {
      stop.abort();
      await done;
    });
    await Promise.race([ready.promise, done]);
    return await ready.promise;
  };
  return {
    file,
    get warned() {
      return lines.map((line) => JSON.parse(line));
    },
    api: () => start(runApi, "api"),
    worker: async () => void (await start(runWorker, "worker")),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the API says is looked at member by member
async function call(origin: string, path: string, body?: unknown): Promise<any> {
  const post = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const reply = await fetch(`${origin}${path}`, body === undefined ? {} : post);
  const text = await reply.text();
  expect(reply.ok, text).toBe(true);
  return path === "/metrics" ? text : JSON.parse(text);
}

const orphanWarnings = ({ warned }: Deployed) => warned.filter(({ event }) => event === "account.orphaned");

it("the work of a renamed account is kept, shown as orphaned everywhere, can be cancelled, and goes on when the name is back", async () => {
  const before = await deploy("ali");
  await before.worker();
  await stopAll();
  const first = await before.api();
  const urls = Array.from({ length: 20 }, (_, i) => `https://a.example.com/${i}?version=1`);
  const kept = await call(first, "/v1/intents", { op: "purge", urls });
  const others = urls.map((url) => url.replace("a.example", "b.example"));
  const given = await call(first, "/v1/intents", { op: "purge", urls: others });
  expect(orphanWarnings(before)).toEqual([]);
  await stopAll();

  const renamed = await deploy("alinew");
  await renamed.worker();
  const api = await renamed.api();
  await expect
    .poll(() => orphanWarnings(renamed))
    .toEqual(Array.from({ length: 2 }, () => expect.objectContaining({ account: "ali", pending: 40 })));
  const { items } = await call(api, "/v1/accounts");
  expect(items).toMatchObject([
    { account: "alinew", orphaned: false },
    { account: "ali", provider: "alibaba-cdn", orphaned: true, paused: false },
  ]);
  expect(items[1].lanes[0]).toMatchObject({
    lane: "purge-url",
    pending: 40,
    waiting: { reason: "orphaned" },
  });
  const metrics = await call(api, "/metrics");
  expect(metrics).toContain('purgeline_pending_targets{account="ali",lane="purge-url"} 40');
  expect(metrics).toContain('purgeline_waiting_targets{account="ali",lane="purge-url",reason="orphaned"} 40');
  expect(metrics).toContain('purgeline_account_orphaned{account="ali"} 1');
  expect(metrics).toContain('purgeline_account_orphaned{account="alinew"} 0');

  const receipt = await call(api, `/v1/intents/${kept.id}`);
  expect(receipt).toMatchObject({
    state: "accepted",
    counts: { pending: 20 },
    waiting: [{ account: "ali", reason: "orphaned", targets: 20, until: null }],
  });
  expect((await call(api, `/v1/intents/${kept.id}/targets`)).items).toHaveLength(20);
  expect((await call(api, "/v1/intents?account=ali")).items).toHaveLength(2);
  expect((await call(api, "/v1/intents")).items).toHaveLength(2);
  expect(await call(api, `/v1/intents/${given.id}/cancel`, {})).toMatchObject({
    changedTargets: 20,
    state: "cancelled",
  });
  // The key of a URL is made by the rules that the account had.
  expect((await call(api, "/v1/accounts")).items[1].lanes[0].pending).toBe(20);

  const accounts = await purgeline(["accounts", "--url", api]);
  expect(accounts.stdout).toMatch(/^ali \(alibaba-cdn\) · orphaned/m);
  expect(accounts.stdout).toMatch(/^alinew \(alibaba-cdn\)$/m);
  const check = await purgeline(["check", "-c", renamed.file]);
  expect(check.stderr).toMatch(/^warning: account ali \(alibaba-cdn\) is not configured here .* 20 targets/m);
  expect(check.code).toBe(0);
  const board = startPurgeline(["board", "-c", renamed.file]);
  const page = /"address":"([^"]+)"/.exec(await board.until('"process.ready"'))?.[1] ?? "";
  const { queues } = await call(page, "/board/api/queues");
  expect(queues).toContainEqual(
    expect.objectContaining({ name: "submit.ali", displayName: "submit.ali (orphaned)" }),
  );
  board.child.kill("SIGTERM");
  expect(await board.ended).toBe(0);
  await stopAll();

  const back = await deploy("ali");
  await back.worker();
  const again = await back.api();
  expect(await call(again, `/v1/intents/${kept.id}?wait=50`)).toMatchObject({
    state: "confirmed",
    counts: { confirmed: 20 },
  });
  // `alinew` never had any work.
  expect((await call(again, "/v1/accounts")).items).toMatchObject([{ account: "ali", orphaned: false }]);
  expect(orphanWarnings(back)).toEqual([]);
  expect(simulators.ledger.since(0, 100).flatMap(({ accepted }) => accepted)).toHaveLength(20);
});

it("a process whose file is older than the limits in force, and differs, says so; one that does not differ is silent", async () => {
  const future = Date.now() + 3_600_000;
  const newer = await deploy("ali", future, 40);
  await newer.worker();
  const [older, same] = [await deploy("ali", 1, 30), await deploy("ali", 1, 40)];
  for (const each of [older, same]) {
    await each.worker();
    await each.api();
  }
  const differ = { event: "limits.differ", account: "ali" };
  const told = ({ warned }: Deployed) => warned.filter(({ event }) => event === "limits.differ");
  expect(told(older)).toEqual([differ, differ].map((each) => expect.objectContaining(each)));
  expect([...told(same), ...told(newer)]).toEqual([]);
});

it("check says that it could not look where Redis is away, and is content all the same", async () => {
  const { file } = await deploy("ali");
  await redis.kill();
  const { code, stderr } = await purgeline(["check", "-c", file]);
  await redis.restart();
  expect(stderr).toContain("note: not looked for work of accounts that are not configured here: Redis: ");
  expect(code).toBe(0);
});
