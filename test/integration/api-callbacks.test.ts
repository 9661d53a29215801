import { createHash } from "node:crypto";
import type { Slot } from "@purgeline/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, type ApiBundle, apiBundle, TOKENS } from "./api-bundle.ts";

const KEY = "key-of-the-callbacks";
const FILM = `  - { name: film, provider: alibaba-vod, region: cn-shanghai, credentials: { accessKeyId: id, accessKeySecret: secret, callbackKey: ${KEY} }, coalesce: { quietMs: 0, maxWaitMs: 0 } }`;
const PUBLIC = "https://purge.example.com/cdn";
const PATH = "/v1/callbacks/film";
const event = (job: string): object => ({
  EventType: "SubmitMediaRefreshComplete",
  Status: "success",
  MediaRefreshJobId: job,
  MediaId: "m1",
});

let api: ApiBundle;
afterEach(() => api.close());

interface Call {
  readonly path?: string;
  readonly url?: string;
  readonly key?: string;
  readonly ageS?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As ApsaraVideo calls: MD5 over the URL that it was told, the time and the key. */
function callBack({
  path = PATH,
  url = `${PUBLIC}${path}`,
  key = KEY,
  ageS = 0,
  body,
  headers,
}: Call): Promise<Answer> {
  const timestamp = String(Math.floor(Date.now() / 1000) - ageS);
  const signature = createHash("md5").update(`${url}|${timestamp}|${key}`).digest("hex");
  const signed = { "x-vod-timestamp": timestamp, "x-vod-signature": signature };
  return api.call("POST", path, { body: body ?? event("job-1"), headers: { ...signed, ...headers } });
}

/** One media of `film` under way as `job-1`, first asked for in a minute; its intent and the slot that asks. */
async function underWay(): Promise<{ readonly id: string; readonly slot: Slot }> {
  const intent = { op: "purge", media: ["m1"], account: "film" };
  const { body } = await api.call("POST", "/v1/intents", { token: "ops-secret", body: intent });
  const [submit] = api.slots;
  if (submit === undefined) throw new Error("no slot was queued");
  const taken = await api.work.take(submit);
  if (taken.kind !== "batch") throw new Error(JSON.stringify(taken));
  const tasks = [{ call: "GetMediaRefreshJobs", id: "job-1", state: { media: ["m1"] } }];
  const seen = { call: "RefreshMediaPlayUrls", providerDateMs: null, error: null };
  const accepted = { do: "accept", tasks, pollInMs: 60_000, rejected: [] } as const;
  const recorded = await api.work.record(submit, taken.batch, accepted, seen);
  const slot = recorded.slots.find(({ kind }) => kind.for === "poll");
  if (slot === undefined) throw new Error("nobody asks for the task");
  return { id: body.id, slot };
}

async function isDue(slot: Slot): Promise<boolean> {
  // The sleeper's place may have passed to a slot that the hint queued.
  for (const one of [slot, ...api.slots.filter(({ kind }) => kind.for === "poll")])
    if ((await api.work.claimPolls(one, 1)).kind === "tasks") return true;
  return false;
}

describe("POST /v1/callbacks/{account}, where the API stands behind a proxy", () => {
  beforeEach(async () => {
    api = await apiBundle(`${FILM}\n${TOKENS}\nhttp: { publicUrl: "${PUBLIC}" }`);
  });

  it("needs no token: what the provider signed makes the task due now, and ends nothing", async () => {
    const { id, slot } = await underWay();
    expect(await isDue(slot)).toBe(false);
    const answer = await callBack({});
    expect([answer.status, answer.body]).toEqual([200, { tasks: 1 }]);
    expect(await isDue(slot)).toBe(true);
    const receipt = await api.call("GET", `/v1/intents/${id}`, { token: "ops-secret" });
    expect(receipt.body).toMatchObject({ state: "running", counts: { submitted: 1, confirmed: 0 } });
  });

  it.each<[string, Call]>([
    ["of another key", { key: "another-key-of-somebody" }],
    ["older than 5 minutes", { ageS: 301 }],
    ["of the address behind the proxy", { url: `http://127.0.0.1${PATH}` }],
    ["of another account's URL", { url: `${PUBLIC}/v1/callbacks/video` }],
    ["of the URL without its query", { path: `${PATH}?a=b`, url: `${PUBLIC}${PATH}` }],
    ["that is missing", { headers: { "x-vod-signature": "" } }],
  ])("403 for a signature %s, and the task is left alone", async (_name, call) => {
    const { slot } = await underWay();
    const answer = await callBack(call);
    expect([answer.status, answer.body.code]).toEqual([403, "forged-callback"]);
    expect(answer.headers.get("content-type")).toMatch("application/problem+json");
    expect(await isDue(slot)).toBe(false);
  });

  it.each<[string, unknown]>([
    ["is about something else", { EventType: "StreamTranscodeComplete" }],
    ["names no job", { ...event("x"), MediaRefreshJobId: undefined }],
    ["is no JSON", "job-1"],
    ["is no text", new Uint8Array([0xff, 0xfe])],
    ["is empty", ""],
  ])("422 for a body that %s", async (_name, body) => {
    const answer = await callBack({ body });
    expect([answer.status, answer.body.code]).toEqual([422, "unreadable-callback"]);
  });

  it.each(["application/json", "text/plain; charset=utf-8", "application/x-www-form-urlencoded"])(
    "reads the body as it is, whatever its type is called: %s",
    async (type) => {
      const body = JSON.stringify(event("nobody's"));
      expect((await callBack({ body, headers: { "content-type": type } })).status).toBe(200);
    },
  );

  it("404 alike for an account without a key, of another provider, and for none", async () => {
    const paths = ["video", "ali", "nobody", "__proto__"].map((name) => `/v1/callbacks/${name}`);
    const answers = await Promise.all(paths.map((path) => callBack({ path })));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      paths.map(() => [404, "no-callbacks"]),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it("413 for more than 1 MiB, whatever intake.maxBodyBytes allows", async () => {
    const body = (bytes: number): string => JSON.stringify({ ...event("job-2"), Pad: "x".repeat(bytes) });
    const answer = await callBack({ body: body(1_048_576) });
    expect([answer.status, answer.body.code]).toEqual([413, "body-too-large"]);
    expect(answer.body.detail).toMatch("1048576 bytes");
    expect((await callBack({ body: body(1_000_000) })).status).toBe(200);
  });

  it("405 for other methods, 503 while Redis is away", async () => {
    expect((await api.call("GET", PATH)).status).toBe(405);
    await api.redis.stop();
    expect((await callBack({})).status).toBe(503);
  });
});

it("without http.publicUrl the URL is the one that was asked for, whatever name it has", async () => {
  api = await apiBundle(FILM);
  const origin = new URL(api.origin);
  expect((await callBack({ url: `${api.origin}${PATH}` })).status).toBe(200);
  // No token is configured, so only loopback names are served elsewhere.
  origin.hostname = "localhost";
  expect((await callBack({ url: `${origin.origin}${PATH}`, headers: { host: origin.host } })).status).toBe(
    403,
  );
});
