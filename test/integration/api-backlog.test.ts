import type { Slot } from "@purgeline/core";
import { planIntent, readmitIntent } from "@purgeline/engine";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type ApiBundle, apiBundle } from "./api-bundle.ts";

let api: ApiBundle;
beforeEach(async () => {
  api = await apiBundle("intake: { maxPendingTargets: 5 }");
});
afterEach(() => api.close());

const both = (name: string) => ({ op: "purge", urls: [`https://shared.example.com/${name}`] });

function post(body: unknown, key?: string) {
  return api.call("POST", "/v1/intents", {
    body,
    ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
  });
}

/** Keys that wait in one lane of an account. */
async function pending(account: string): Promise<number> {
  const states = await api.store.accounts();
  return states.find((one) => one.account === account)?.lanes[0]?.pending ?? -1;
}

it("an account without room answers 429 with Retry-After, and nothing is stored", async () => {
  const before = await api.stored();
  const urls = Array.from({ length: 6 }, (_, n) => `https://www.example.com/${n}`);
  const answer = await post({ op: "purge", urls });
  expect(answer).toMatchObject({ status: 429, body: { code: "backlog" } });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await api.stored()).toBe(before);
});

it("where a later account has no room the earlier one's part is taken back, and the key is free", async () => {
  const urls = Array.from({ length: 5 }, (_, n) => `https://t.example.org/${n}`);
  const filler = await post({ op: "purge", urls });
  expect(filler.status).toBe(202);
  expect((await post(both("x"), "k")).status).toBe(429);
  expect(await pending("ali")).toBe(0);
  await api.call("POST", `/v1/intents/${filler.body.id}/cancel`);
  const again = await post(both("x"), "k");
  expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([202, null]);
  const receipt = await api.call("GET", `/v1/intents/${again.body.id}`);
  expect(receipt.body).toMatchObject({ state: "accepted", counts: { total: 2, pending: 2 } });
});

it("a staging that a crash cut off is finished from the body that its first leg kept", async () => {
  const body = both("crash");
  const planned = planIntent(body, { name: "local", rights: null }, api.intake, () => "int_crash");
  if (!planned.ok) throw new Error("plan");
  const { head, legs } = planned.plan;
  const [first] = legs;
  if (first === undefined) throw new Error("legs");
  // The API dies here: one leg of two is staged, and nobody got an answer.
  await api.store.stage(head, first, body);
  const half = await api.call("GET", "/v1/intents/int_crash?wait=1");
  expect(half.body).toMatchObject({ state: "accepted", finishedAt: null, counts: { total: 1 } });
  const ports = {
    store: api.store,
    queue: { add: async () => {}, lost: async () => [] },
    intake: api.intake,
    onSetback: () => {},
  };
  expect(await readmitIntent({ intentId: "int_crash", head, body }, ports)).toBe("staged");
  // Once more changes nothing.
  expect(await readmitIntent({ intentId: "int_crash", head, body }, ports)).toBe("staged");
  const whole = await api.call("GET", "/v1/intents/int_crash");
  expect(whole.body).toMatchObject({ counts: { total: 2, pending: 2 } });
  expect([await pending("ali"), await pending("tencent")]).toEqual([1, 1]);
});

it("an intent with a notBefore keeps its body until that time, and is sent then", async () => {
  const notBefore = new Date(Date.now() + 3_600_000).toISOString();
  const { id } = (await post({ ...both("later"), notBefore })).body;
  expect([await pending("ali"), await pending("tencent")]).toEqual([0, 0]);
  const { work, store } = api.later(7_200_000);
  const { unstaged } = await work.sweep("ali");
  expect(unstaged).toMatchObject([{ intentId: id, body: { ...both("later"), notBefore } }]);
  const slots: Slot[] = [];
  const queue = { add: async (added: readonly Slot[]) => void slots.push(...added), lost: async () => [] };
  for (const intent of unstaged)
    await readmitIntent(intent, { store, queue, intake: api.intake, onSetback: () => {} });
  expect([await pending("ali"), await pending("tencent")]).toEqual([1, 1]);
  expect(slots.map(({ account }) => account)).toEqual(["ali", "tencent"]);
  // Staged whole, it is nothing that a later sweep has to finish.
  expect((await api.later(14_400_000).work.sweep("ali")).unstaged).toEqual([]);
});
