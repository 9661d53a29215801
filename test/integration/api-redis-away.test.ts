import { afterEach, beforeEach, expect, it } from "vitest";
import { type Answer, type ApiBundle, apiBundle } from "./api-bundle.ts";

let api: ApiBundle;
let onClaimed: () => void;
beforeEach(async () => {
  onClaimed = () => undefined;
  api = await apiBundle("", { onClaimed: () => onClaimed() });
});
afterEach(() => api.close());

/** After which a command is given up that a silent Redis does not answer. */
const TIMEOUT_MS = 5_000;
/** The longest wait that can be asked for. */
const POLLED_S = 60;
const intent = { op: "purge", urls: ["https://www.example.com/a"] };

function post(key: string, op = "purge"): Promise<Answer> {
  const body = { op, urls: [`https://www.example.com/${key}`] };
  return api.call("POST", "/v1/intents", { body, headers: { "idempotency-key": key } });
}

/** What its producer hears who repeats it for as long as a try runs: that ends after 30 s, which the test lets pass. */
async function repeated(key: string): Promise<Answer> {
  const answer = await post(key);
  if (answer.status !== 409) return answer;
  await api.expireClaim("local", key);
  return await post(key);
}

it("Redis down: 503 at once with Retry-After, and the API lives and comes back", async () => {
  await api.redis.kill();
  for (const [method, path] of [
    ["POST", "/v1/intents"],
    ["GET", "/v1/intents"],
    ["GET", "/v1/intents/int_1"],
    ["GET", "/v1/accounts"],
    ["POST", "/v1/accounts/ali/pause"],
    ["GET", "/readyz"],
  ] as const) {
    const startedAt = performance.now();
    const answer = await api.call(
      method,
      path,
      path === "/v1/intents" && method === "POST" ? { body: intent } : {},
    );
    expect([path, answer.status, answer.body.code]).toEqual([path, 503, "store-unavailable"]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS);
  }
  expect((await api.call("GET", "/livez")).status).toBe(200);
  await api.redis.restart();
  await expect.poll(async () => (await api.call("GET", "/readyz")).status).toBe(200);
});

it("Redis silent: 503 outcome-unknown with the intent's id within the time-out; what comes late makes nothing", async () => {
  // The scripts are known to Redis from here on, as they are to one that has been used before.
  await api.call("POST", "/v1/intents", { body: intent, headers: { "idempotency-key": "before" } });
  await api.call("POST", "/v1/plan", { body: intent });
  api.redis.freeze();
  // Reading and planning change nothing, so nothing about them is unknown.
  const looks = [api.call("GET", "/v1/intents"), api.call("POST", "/v1/plan", { body: intent })];
  for (const look of looks)
    expect(await look).toMatchObject({ status: 503, body: { code: "store-unavailable" } });
  const body = { op: "purge", urls: ["https://www.example.com/silent"] };
  const headers = { "idempotency-key": "silent" };
  const [keyed, plain] = await Promise.all([
    api.call("POST", "/v1/intents", { body, headers }),
    api.call("POST", "/v1/intents", { body }),
  ]);
  for (const answer of [keyed, plain]) {
    expect(answer).toMatchObject({
      status: 503,
      body: { code: "outcome-unknown", intentId: expect.stringMatching(/^int_/) },
    });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  api.redis.thaw();
  await expect.poll(async () => (await api.call("GET", "/readyz")).status).toBe(200);
  // A step that comes to Redis so late does nothing; the claim of the key is no step of an account.
  expect((await api.call("GET", `/v1/intents/${plain.body.intentId}`)).status).toBe(404);
  const running = await api.call("POST", "/v1/intents", { body, headers });
  expect([running.status, running.body.code]).toEqual([409, "idempotency-running"]);
});

it("a request that Redis was silent to makes one intent when its key comes again, under the id that it had", async () => {
  const before = await post("before", "prefetch");
  const { promise: isSilent, resolve } = Promise.withResolvers<void>();
  onClaimed = () => {
    api.redis.freeze();
    resolve();
  };
  // The staging of one, and the claim of the other, come to Redis when nobody waits for them any more.
  const claimed = post("claimed");
  await isSilent;
  const [staging, claiming] = await Promise.all([claimed, post("unclaimed")]);
  onClaimed = () => undefined;
  api.redis.thaw();
  await expect.poll(async () => (await api.call("GET", "/readyz")).status).toBe(200);
  const ids: string[] = [];
  for (const [key, { status, body }] of [
    ["claimed", staging],
    ["unclaimed", claiming],
  ] as const) {
    expect([status, body.code]).toEqual([503, "outcome-unknown"]);
    const again = await repeated(key);
    expect([again.status, again.body.id]).toEqual([202, body.intentId]);
    const replayed = await post(key);
    expect([replayed.body, replayed.headers.get("idempotent-replayed")]).toEqual([again.body, "true"]);
    ids.push(again.body.id);
  }
  const { body: listed } = await api.call("GET", "/v1/intents");
  expect(listed.items.map(({ id }: { id: string }) => id).sort()).toEqual([before.body.id, ...ids].sort());
  const { items } = await api.send("ali", "purge-url", { do: "finish", rejected: [] });
  expect(items).toHaveLength(2);
  for (const id of ids)
    expect((await api.call("GET", `/v1/intents/${id}`)).body).toMatchObject({
      state: "confirmed",
      counts: { total: 1, confirmed: 1 },
    });
});

it("a long poll is answered when the role stops", async () => {
  const { body } = await api.call("POST", "/v1/intents", { body: intent });
  const polled = api.call("GET", `/v1/intents/${body.id}?wait=${POLLED_S}`);
  // The poll has reached the store once another request on the same server has been answered after it.
  await api.call("GET", `/v1/intents/${body.id}`);
  const startedAt = performance.now();
  await api.stop();
  expect(await polled).toMatchObject({ status: 200, body: { state: "accepted" } });
  expect(performance.now() - startedAt).toBeLessThan(POLLED_S * 1000);
});
