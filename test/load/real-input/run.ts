import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argumentsOrExit, wholeNumber } from "../../arguments/read-arguments.ts";
import { type LogLine, startProgram } from "../program.ts";
import { type Asked, checkLedgers } from "./check-ledgers.ts";
import { debianPaths } from "./debian-paths.ts";
import { intentsOf } from "./feed.ts";
import { call, ends, feed } from "./producers.ts";
import { submitsOf, violationsOf } from "./provider-ledger.ts";

/*
 * `npm run real-input`: the object paths of the Debian package index as URLs of an Alibaba and of
 * a Tencent account, through `purgeline sim` and `purgeline up` as a user runs them. Run 1: paused
 * until the last 202. Run 2: not paused. Exits 1 on any finding. docs/real-input.md has the figures.
 */

const HOST = "deb.example.org";
const API = "http://127.0.0.1:28080";
const SIMS: Readonly<Record<string, string>> = {
  ali: "http://127.0.0.1:28101",
  tc: "http://127.0.0.1:28102",
};
const ACCOUNTS = Object.keys(SIMS);
const CONFIG = `
http: { host: 127.0.0.1, port: 28080 }
accounts:
  - name: ali
    provider: alibaba-cdn
    endpoint: ${SIMS.ali}
    hosts: [${HOST}]
    credentials: { accessKeyId: real-input-ali, accessKeySecret: real-input-secret }
    quota: { url: 1000000 }
    limits: { lanes: { purge-url: { perDomainPerMinute: 1000000 } } }
  - name: tc
    provider: tencent-cdn
    endpoint: ${SIMS.tc}
    hosts: [${HOST}]
    credentials: { secretId: real-input-tc, secretKey: real-input-secret }
    quota: { url: 1000000 }
`;
const AT_ONCE = 4;
const END_TIMEOUT_MS = 10 * 60_000;

const { seed } = argumentsOrExit({ seed: wholeNumber(1) }, "seed");

async function main(): Promise<boolean> {
  const paths = await debianPaths();
  const urls = paths.map((path) => `https://${HOST}/debian/${path}`);
  say(`${urls.length} real paths, seed ${seed}`);
  const paused = await oneRun("run 1, paused until the last 202", urls, seed, true);
  const open = await oneRun("run 2, not paused", urls, seed + 1, false);
  return paused && open;
}

async function oneRun(
  name: string,
  urls: readonly string[],
  seed: number,
  isPaused: boolean,
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "purgeline-real-"));
  const file = join(folder, "purgeline.yaml");
  await writeFile(file, CONFIG);
  const sim = await startProgram(["sim", "-c", file], /plays tc/);
  const up = await startProgram(["up", "-c", file], /^API /);
  try {
    if (isPaused) await toAll("pause");
    const startedAt = Date.now();
    const { asked, ids } = await feed(API, intentsOf(urls, seed), AT_ONCE);
    const fedAt = Date.now();
    if (isPaused) await toAll("resume");
    const states = await ends(API, ids, END_TIMEOUT_MS);
    const targets = asked.reduce((sum, intent) => sum + intent.urls.length, 0);
    say(`\n${name}: ${ids.length} intents, ${targets} targets, 2 accounts`);
    say(
      `  accepted in ${seconds(fedAt - startedAt)}, all ended ${seconds(Date.now() - fedAt)} later: ${JSON.stringify(states)}`,
    );
    let isGood = states.confirmed === ids.length;
    for (const account of ACCOUNTS)
      isGood = (await judge(account, asked, urls.length, isPaused, up.log)) && isGood;
    return isGood;
  } finally {
    await up.stop();
    await sim.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function toAll(verb: "pause" | "resume"): Promise<void> {
  for (const account of ACCOUNTS) await call(API, "POST", `/v1/accounts/${account}/${verb}`);
}

async function judge(
  account: string,
  asked: readonly Asked[],
  distinct: number,
  isPaused: boolean,
  log: readonly LogLine[],
): Promise<boolean> {
  const sim = SIMS[account] ?? "";
  const found = checkLedgers(asked, await submitsOf(sim, account, log));
  const violations = await violationsOf(sim, account);
  const most = Math.ceil(distinct / 1000) + 2;
  const faults = [
    ...(found.stale.length > 0 ? [`${found.stale.length} stale, e.g. ${found.stale[0]}`] : []),
    ...(found.needless.length > 0
      ? [`${found.needless.length} sent again unasked, e.g. ${found.needless[0]}`]
      : []),
    ...(found.unknown.length > 0 ? [`${found.unknown.length} nobody asked for`] : []),
    ...(violations > 0 ? [`${violations} calls over a limit`] : []),
    ...(isPaused && found.sentOnce !== distinct
      ? [`${found.sentOnce} of ${distinct} URLs sent exactly once`]
      : []),
    ...(isPaused && found.submits > most ? [`${found.submits} submits, at most ${most} expected`] : []),
  ];
  const sent = `${found.submits} submits, ${found.sentOnce} URLs sent once, ${found.sentAgain} again`;
  say(`  ${account}: ${found.urls} URLs, ${sent}, ${violations} over limits: ${faults.join("; ") || "good"}`);
  return faults.length === 0;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = (await main()) ? 0 : 1;
