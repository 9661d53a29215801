import { createHash } from "node:crypto";
import { stableJson } from "@purgeline/core";
import { newIntentId } from "@purgeline/engine";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiBundle, apiBundle, TOKENS } from "./api-bundle.ts";

const SHOP = "shop-secret";
const OPS = "ops-secret";
const DAY_MS = 86_400_000;

let api: ApiBundle;
beforeAll(async () => {
  api = await apiBundle(`${TOKENS}\nhistory: { intents: 7d }`);
});
afterAll(() => api.close());

function givenDaysAgo(days: number): string {
  return newIntentId(Date.now() - days * DAY_MS);
}

it("an id that was given longer ago than intents are kept is 410 wherever it is asked for", async () => {
  const id = givenDaysAgo(8);
  for (const [method, path] of [
    ["GET", ""],
    ["GET", "?wait=1"],
    ["GET", "/targets"],
    ["POST", "/cancel"],
    ["POST", "/retry"],
  ] as const) {
    const answer = await api.call(method, `/v1/intents/${id}${path}`, { token: SHOP });
    expect([path, answer.status, answer.body.code]).toEqual([path, 410, "past-retention"]);
    expect(answer.body.errors).toEqual([
      {
        pointer: "/path/id",
        code: "past-retention",
        value: id,
        detail: expect.stringContaining("(history.intents)"),
      },
    ]);
  }
});

it.each([
  ["a younger one", givenDaysAgo(6)],
  ["one that its producer chose", "int_release-42"],
  ["one of random letters, as earlier versions gave", "int_0164050ab6eb40159d93b0223da925ef"],
])("%s that is not there is 404", async (_name, id) => {
  const answer = await api.call("GET", `/v1/intents/${id}`, { token: SHOP });
  expect([answer.status, answer.body.code]).toEqual([404, "no-such-intent"]);
});

it("an old one that is still kept is shown to its own token, and is 404 for others", async () => {
  const id = givenDaysAgo(30);
  const body = { op: "purge", urls: ["https://t.example.org/"] };
  const digest = createHash("sha256").update(stableJson(body)).digest("base64url");
  // A try of that day that died leaves its id to this one.
  await api.expireClaim("ops", "old", { digest, intent: id });
  await api.call("POST", "/v1/intents", { token: OPS, body, headers: { "idempotency-key": "old" } });
  const status = async (token: string) => (await api.call("GET", `/v1/intents/${id}`, { token })).status;
  expect([await status(OPS), await status(SHOP)]).toEqual([200, 404]);
});

it("a new intent's id tells its time, and is random beside it", async () => {
  const body = { op: "purge", urls: ["https://www.example.com/new"] };
  const before = Date.now();
  const { id } = (await api.call("POST", "/v1/intents", { token: SHOP, body })).body;
  expect(id).toMatch(/^int_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  const givenMs = Number.parseInt(id.slice(4, 16), 16);
  expect(givenMs).toBeGreaterThanOrEqual(before);
  expect(givenMs).toBeLessThanOrEqual(Date.now());
  expect(newIntentId(before)).not.toBe(newIntentId(before));
});
