import { Redis } from "ioredis";
import { ACCOUNTS } from "./accounts.ts";
import type { Place } from "./search.ts";
import { REDIS_PASSWORD, type SecretsWorld, TOKENS } from "./world.ts";

/** Everything that stands in Redis, keys included. */
export async function redisPlaces({ redis }: SecretsWorld): Promise<readonly Place[]> {
  const client = new Redis(redis.url, { password: REDIS_PASSWORD });
  const keys = await client.keys("*");
  const places = await Promise.all(
    keys.map(async (key) => ({ name: `Redis ${key}`, text: `${key} ${await textAt(client, key)}` })),
  );
  client.disconnect();
  return places;
}

async function textAt(client: Redis, key: string): Promise<string> {
  switch (await client.type(key)) {
    case "string":
      return (await client.getBuffer(key))?.toString("latin1") ?? "";
    case "list":
      return (await client.lrange(key, 0, -1)).join("\n");
    case "hash":
      return JSON.stringify(await client.hgetall(key));
    case "zset":
      return (await client.zrange(key, 0, "-1")).join("\n");
    case "set":
      return (await client.smembers(key)).join("\n");
    case "stream":
      return JSON.stringify(await client.xrange(key, "-", "+"));
    default:
      return "";
  }
}

/** One answer of any of our servers. */
export async function ask(
  url: string,
  init: RequestInit & { readonly token?: string } = {},
): Promise<{ readonly status: number; readonly text: string; readonly place: Place }> {
  const { token, ...rest } = init;
  const headers = new Headers(rest.headers);
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const reply = await fetch(url, { ...rest, headers });
  const body = await reply.text();
  const text = `${JSON.stringify([...reply.headers])}\n${body}`;
  const { pathname } = new URL(url);
  return { status: reply.status, text: body, place: { name: `${rest.method ?? "GET"} ${pathname}`, text } };
}

/** What /v1 says of these intents, with the targets that its token may see taken out. */
export async function apiPlaces({ api }: SecretsWorld, ids: readonly string[]): Promise<readonly Place[]> {
  const paths = [
    "/v1/accounts",
    "/v1/intents",
    "/openapi.json",
    "/docs",
    "/metrics",
    "/readyz",
    "/livez",
    ...ids.flatMap((id) => [`/v1/intents/${id}`, `/v1/intents/${id}/targets?limit=1000`]),
  ];
  const answers = await Promise.all(paths.map((path) => ask(`${api}${path}`, { token: TOKENS.ops })));
  for (const { status, place } of answers) if (status !== 200) throw new Error(`${place.name}: ${status}`);
  return answers.map(({ place: { name, text } }) => ({
    name,
    text: text.replaceAll(/"target":"(?:[^"\\]|\\.)*"/g, '"target":""'),
  }));
}

const STATES = ["active", "waiting", "delayed", "prioritized", "completed", "failed", "paused"];

/** Every page of the board: its frame, each queue in each state, each job with its logs. */
export async function boardPlaces({ board }: SecretsWorld): Promise<readonly Place[]> {
  const headers = { authorization: `Basic ${Buffer.from(`ops:${TOKENS.ops}`).toString("base64")}` };
  const get = (path: string) => ask(`${board}/board${path}`, { headers });
  const places: Place[] = [(await get("")).place];
  const names = ["intents", ...ACCOUNTS.flatMap(({ name }) => [`submit.${name}`, `poll.${name}`])];
  for (const name of names)
    for (const state of STATES) {
      const list = await get(`/api/queues?activeQueue=${name}&status=${state}&page=1&jobsPerPage=100`);
      places.push({ ...list.place, name: `board ${name} ${state}` });
      for (const id of jobIds(list.text, name)) {
        const job = `/api/queues/${name}/${encodeURIComponent(id)}`;
        places.push((await get(job)).place, (await get(`${job}/logs`)).place);
      }
    }
  return places;
}

function jobIds(text: string, queue: string): readonly string[] {
  const { queues } = JSON.parse(text) as {
    readonly queues: readonly { readonly name: string; readonly jobs: readonly { readonly id: string }[] }[];
  };
  return (queues.find(({ name }) => name === queue)?.jobs ?? []).map(({ id }) => id);
}
