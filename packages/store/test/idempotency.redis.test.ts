import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle } from "./bundle.ts";

let store: Bundle;
afterEach(() => store.close());

it("a key is its first caller's until it has answered; then the answer is replayed", async () => {
  store = await bundle();
  const { idempotency } = store.intake;
  expect(await idempotency.claim("shop", "k", "body", "int_1")).toEqual({ kind: "mine", intentId: "int_1" });
  expect(await idempotency.claim("shop", "k", "body", "int_2")).toEqual({ kind: "running" });
  expect(await idempotency.claim("shop", "k", "other", "int_3")).toEqual({ kind: "mismatch" });
  expect(await idempotency.claim("ops", "k", "other", "int_4")).toEqual({ kind: "mine", intentId: "int_4" });
  await idempotency.finish("shop", "k", "body", { id: "int_1" });
  expect(await idempotency.claim("shop", "k", "body", "int_5")).toEqual({
    kind: "replay",
    response: { id: "int_1" },
  });
  expect(await idempotency.claim("shop", "k", "other", "int_6")).toEqual({ kind: "mismatch" });
});

it("a refused request frees its key", async () => {
  store = await bundle();
  const { idempotency } = store.intake;
  await idempotency.claim("shop", "k", "body", "int_1");
  await idempotency.release("shop", "k");
  expect(await idempotency.claim("shop", "k", "other", "int_2")).toEqual({ kind: "mine", intentId: "int_2" });
});

it("a try that died is taken over under its own id, so that nothing is staged twice", async () => {
  store = await bundle();
  const { idempotency } = store.intake;
  await idempotency.claim("shop", "k", "body", "int_1");
  // The record has no skew of its own: what a dead try leaves is written as it would be 30 s later.
  await store.connection.hset("t:{idempotency:shop:k}", "until", Date.now() - 1);
  expect(await idempotency.claim("shop", "k", "body", "int_2")).toEqual({ kind: "mine", intentId: "int_1" });
  expect(await idempotency.claim("shop", "k", "body", "int_3")).toEqual({ kind: "running" });
});

it("a key is forgotten after its retention", async () => {
  store = await bundle();
  await store.intake.idempotency.claim("shop", "k", "body", "int_1");
  await store.intake.idempotency.finish("shop", "k", "body", {});
  const ttl = await store.connection.pttl("t:{idempotency:shop:k}");
  expect(ttl).toBeGreaterThan(0);
  expect(ttl).toBeLessThanOrEqual(60_000);
});
