import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { providers } from "@purgeline/providers";
import { Queue } from "bullmq";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNTS, newWord, secrets } from "./secrets/accounts.ts";
import { apiPlaces, ask, boardPlaces, redisPlaces } from "./secrets/gather.ts";
import { leaksIn, type Place } from "./secrets/search.ts";
import { openSecretsWorld, REDIS_PASSWORD, type SecretsWorld, TOKENS } from "./secrets/world.ts";

const MAIN = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url));
const PATIENCE_MS = 150_000;

/** Where a target has to stand as it was given: its leg's texts, a body that is being staged, the foreign job. */
const TARGETS_HOME = /^Redis (secrets:\{\w+\}:leg:\d+(:t:\d+)?|\{secrets\}:intents:[\w-]+)$/;

let world: SecretsWorld;
beforeAll(async () => {
  world = await openSecretsWorld();
});
afterAll(() => world.close());

/** URLs that are signed: whoever knows the query may fetch them. */
function signedUrls(host: string): readonly string[] {
  const query = newWord(`the query of ${host}`, TARGETS_HOME);
  return [1, 2, 3].map((n) => `https://img.${host}/${n}.jpg?auth_key=${query}&n=${n}`);
}

async function post(body: unknown, token = TOKENS.ops): Promise<string> {
  const answer = await ask(`${world.api}/v1/intents`, {
    method: "POST",
    token,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.text, JSON.stringify(body)).toContain('"id"');
  return (JSON.parse(answer.text) as { readonly id: string }).id;
}

/** One intent for every account, its media too where it has any; their ids. */
async function giveWork(): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const { name } of ACCOUNTS)
    ids.push(await post({ op: "purge", urls: signedUrls(`${name}.example.com`) }));
  const CallbackURL = `${world.api}/v1/callbacks/alivod`;
  const options = { "alibaba-vod": { userData: { MessageCallback: { CallbackURL } } } };
  ids.push(
    await post({ op: "purge", account: "alivod", media: ["f488337c31c8e4622f1590735b130001"], options }),
  );
  ids.push(await post({ op: "purge", urls: signedUrls("www.ali.example.com") }, TOKENS.shop));
  return ids;
}

interface Accounts {
  readonly items: readonly { readonly account: string; readonly stopped: unknown }[];
}

/** Resumes what the refused signatures stop, until every intent has its end. */
async function allEnded(ids: readonly string[]): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (const id of ids)
    for (;;) {
      const { text } = await ask(`${world.api}/v1/intents/${id}?wait=1`, { token: TOKENS.ops });
      const { finishedAt } = JSON.parse(text) as { readonly finishedAt: string | null };
      if (finishedAt !== null) break;
      if (performance.now() > until) throw new Error(`${id} does not end: ${text}`);
      const accounts = JSON.parse(
        (await ask(`${world.api}/v1/accounts`, { token: TOKENS.ops })).text,
      ) as Accounts;
      for (const { account, stopped } of accounts.items)
        if (stopped !== null)
          await ask(`${world.api}/v1/accounts/${account}/resume`, { method: "POST", token: TOKENS.ops });
    }
}

/** What confused or hostile callers send, with a secret in every place where one may stand. */
async function badRequests(): Promise<readonly Place[]> {
  const { api, board, worker } = world;
  const secret = TOKENS.ops;
  const pair = (name: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
  });
  const json = { "content-type": "application/json" };
  const intent = (body: unknown) => ({
    method: "POST",
    token: TOKENS.ops,
    headers: json,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const url = `https://shop:${TOKENS.shop}@img.ali.example.com/a?auth_key=${newWord("the query of a refused URL")}`;
  const asked = [
    ask(`${api}/v1/intents?token=${secret}`, {}),
    ask(`${api}/v1/intents?access_token=${secret}`, { token: TOKENS.ops }),
    ask(`${api}/v1/intents?cursor=https://x.test/?k=${secret}`, { token: TOKENS.ops }),
    ask(`${api}/nowhere?token=${secret}`, {}),
    ask(`${api}/v1/accounts`, { token: `${secret}x` }),
    ask(`${api}/v1/accounts`, { headers: pair("ops", secret) }),
    ask(`${api}/metrics`, { headers: pair(secret, "") }),
    ask(`${api}/v1/intents`, intent({ op: "purge", urls: [url], token: secret })),
    ask(`${api}/v1/intents`, intent({ op: "purge", urls: ["https://nobody.example.org/?k=1"], [url]: 1 })),
    ask(`${api}/v1/intents`, intent({ op: url, urls: [url.replace(/\/\/.*@/, "//").replace("?", " ?")] })),
    ask(`${api}/v1/intents`, intent(`{"op":"purge","urls":["${url}"`)),
    ask(`${api}/v1/intents`, { ...intent("x"), headers: { "content-type": "text/plain" } }),
    ask(`${api}/v1/callbacks/alivod?key=${secret}`, { method: "POST", body: secret }),
    ask(`${board}/board`, { headers: pair(secret, "") }),
    ask(`${board}/board`, { headers: pair("ops", `${secret}x`) }),
    ask(`${board}/nowhere?token=${secret}`, { headers: pair("ops", secret) }),
    ask(`${board}/metrics?token=${secret}`, {}),
    ask(`${worker}/nowhere?token=${secret}`, {}),
    ask(`${worker}/metrics`, { headers: pair("ops", secret) }),
  ];
  const answers = await Promise.all(asked);
  for (const { status, place } of answers) expect([place.name, status >= 400]).toEqual([place.name, true]);
  return answers.map(({ place }) => ({ ...place, name: `refusal of ${place.name}` }));
}

/** A foreign producer's jobs: a good one and one that is refused. */
async function foreignJobs(): Promise<void> {
  const connection = { host: "127.0.0.1", port: world.redis.port, password: REDIS_PASSWORD };
  const queue = new Queue("intents", { connection, prefix: "{secrets}" });
  await queue.add("purge", { op: "purge", urls: signedUrls("foreign.ali.example.com") });
  const password = newWord("a password in a foreign URL", TARGETS_HOME);
  await queue.add("purge", {
    op: "purge",
    urls: [`https://me:${password}@img.ali.example.com/?k=${password}`],
  });
  await queue.close();
}

/** `purgeline ARGS`, as far as people see it. */
function run(name: string, args: readonly string[]): Promise<Place> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (_error, stdout, stderr) =>
      resolve({ name, text: `${stdout}\n${stderr}` }),
    );
  });
}

/** `check` of the file and of ones with faults beside every secret, and a role that Redis does not let in. */
async function commandPlaces(): Promise<readonly Place[]> {
  const text = await readFile(world.config, "utf8");
  const write = async (name: string, content: string): Promise<string> => {
    await writeFile(join(world.folder, name), content);
    return join(world.folder, name);
  };
  const faulty = text
    .replaceAll('"securityToken"', '"securitytoken"')
    .replaceAll('"secret":', '"secrets":')
    .replaceAll('"password"', '"pass word"')
    .replace("redis://:", "redis//:");
  const wrong = newWord("a wrong password of Redis");
  const locked = text.replace(REDIS_PASSWORD, wrong).replaceAll(/"port":\d+/g, '"port":0');
  return await Promise.all([
    run("check", ["check", "-c", world.config]),
    run("check of a faulty file", ["check", "-c", await write("faulty.yaml", faulty)]),
    run("check of a torn file", ["check", "-c", await write("torn.yaml", text.slice(0, -40))]),
    run("worker with a wrong password", ["worker", "-c", await write("locked.yaml", locked)]),
  ]);
}

describe("a run of everything with every kind of credential, in front of providers that quote what they hear", () => {
  it("has an account of every provider", () => {
    expect(new Set(ACCOUNTS.map(({ provider }) => provider))).toEqual(new Set(providers.keys()));
  });

  it("leaves no secret in Redis, logs, metrics, answers, pages and messages", {
    timeout: 240_000,
  }, async () => {
    const refusals = await badRequests();
    await foreignJobs();
    const ids = await giveWork();
    await allEnded(ids);
    const gossips = world.doors.map((door) => door.gossips());
    expect(Math.min(...gossips)).toBeGreaterThanOrEqual(3);
    const metrics = await Promise.all(
      [world.worker, world.board].map((origin) => ask(`${origin}/metrics`, { token: TOKENS.ops })),
    );
    const places = [
      ...refusals,
      ...(await apiPlaces(world, ids)),
      ...metrics.map(({ place }) => place),
      ...(await boardPlaces(world)),
      ...(await redisPlaces(world)),
      ...(await world.logs()),
      ...(await commandPlaces()),
    ];
    const heard = world.doors.flatMap((door) => door.heard);
    expect(heard.some(({ name }) => name === "a session token of hwiam")).toBe(true);
    expect(leaksIn(places, [...secrets, ...heard.filter(({ value }) => value.length >= 12)])).toEqual([]);
  });
});
