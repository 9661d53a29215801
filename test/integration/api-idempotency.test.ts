import { createHash } from "node:crypto";
import { stableJson } from "@purgeline/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiBundle, apiBundle, TOKENS } from "./api-bundle.ts";

let api: ApiBundle;
beforeAll(async () => {
  api = await apiBundle(TOKENS);
});
afterAll(() => api.close());

const SHOP = "shop-secret";
const OPS = "ops-secret";

function post(key: string, body: unknown, token = SHOP) {
  return api.call("POST", "/v1/intents", { token, body, headers: { "idempotency-key": key } });
}

function bodyOf(path: string) {
  return { op: "purge", urls: [`https://www.example.com/${path}`] };
}

it("the same key and body get the same answer, marked as replayed, and one intent", async () => {
  const first = await post("same", bodyOf("same"));
  expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([202, null]);
  const { id } = first.body;
  await api.call("POST", `/v1/intents/${id}/cancel`, { token: SHOP });
  const again = await post("same", bodyOf("same"));
  expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([202, "true"]);
  expect(again.body).toEqual(first.body);
  const receipt = await api.call("GET", `/v1/intents/${id}`, { token: SHOP });
  expect(receipt.body.state).toBe("cancelled");
});

it("spacing and the order of keys make no other body", async () => {
  const first = await post(
    "order",
    '{"op":"purge","urls":["https://www.example.com/o"],"labels":{"a":"1","b":"2"}}',
  );
  const again = await post(
    "order",
    '{ "labels": {"b":"2", "a":"1"}, "urls": ["https://www.example.com/o"], "op": "purge" }',
  );
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.body.id).toBe(first.body.id);
});

it("another body with the key is refused, and stores nothing", async () => {
  await post("other", bodyOf("one"));
  const before = await api.stored();
  const answer = await post("other", bodyOf("two"));
  expect(answer).toMatchObject({ status: 422, body: { code: "idempotency-mismatch" } });
  const detail = "This Idempotency-Key came with another body before; expected that body, or another key.";
  expect(answer.body.errors).toEqual([
    { pointer: "/headers/idempotency-key", code: "idempotency-mismatch", value: "other", detail },
  ]);
  expect(await api.stored()).toBe(before);
});

it("a key belongs to its token", async () => {
  const first = await post("shared", bodyOf("shared"), SHOP);
  const second = await post("shared", bodyOf("elsewhere"), OPS);
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.body.id).not.toBe(first.body.id);
});

it("of requests at the same time one makes the intent; the others hear so, or that it runs", async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => post("race", bodyOf("race"))));
  const taken = answers.filter(({ status }) => status === 202);
  expect(new Set(taken.map(({ body }) => body.id)).size).toBe(1);
  for (const { status, body, headers } of answers) {
    if (status === 202) continue;
    expect([status, body.code, headers.get("retry-after")]).toEqual([409, "idempotency-running", "1"]);
    expect(body.errors).toEqual([
      {
        pointer: "/headers/idempotency-key",
        code: "idempotency-running",
        value: "race",
        detail: expect.stringContaining("expected the same again later"),
      },
    ]);
  }
});

it("a try that died in the middle leaves its id to the next one, which stages nothing twice", async () => {
  // What a killed API leaves: its claim, 30 s old, and the leg that it had staged.
  const body = bodyOf("crashed");
  const digest = createHash("sha256").update(stableJson(body)).digest("base64url");
  const dead = await post("unkeyed", body);
  const { id } = dead.body;
  await api.expireClaim("shop", "crashed", { digest, intent: id });
  const answer = await post("crashed", body);
  expect([answer.status, answer.body.id]).toEqual([202, id]);
  expect(answer.headers.get("idempotent-replayed")).toBeNull();
  const receipt = await api.call("GET", `/v1/intents/${id}`, { token: SHOP });
  expect(receipt.body.counts).toMatchObject({ total: 1, pending: 1 });
  const listed = await api.call("GET", "/v1/intents", { token: SHOP });
  expect(listed.body.items.filter((one: { id: string }) => one.id === id)).toHaveLength(1);
});
