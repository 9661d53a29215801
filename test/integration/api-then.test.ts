import type { Verdict } from "@purgeline/core";
import { readmitIntent } from "@purgeline/engine";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiBundle, apiBundle } from "./api-bundle.ts";

let api: ApiBundle;
beforeAll(async () => {
  api = await apiBundle();
});
afterAll(() => api.close());

let serial = 0;
/** URLs that no other test has. */
function urls(count: number, length = 0): string[] {
  serial += 1;
  return Array.from({ length: count }, (_, n) =>
    `https://www.example.com/${serial}/${n}`.padEnd(length, "x"),
  );
}

const purgeOf = (targets: readonly string[], more = {}) => ({
  op: "purge",
  urls: targets,
  // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
  then: "prefetch",
  ...more,
});

async function post(body: unknown, key = `key-${serial}`) {
  return await api.call("POST", "/v1/intents", { body, headers: { "idempotency-key": key } });
}

async function get(path: string) {
  return (await api.call("GET", path)).body;
}

const DONE: Verdict = { do: "finish", rejected: [] };
const SECOND_FAILS: Verdict = {
  do: "finish",
  rejected: [{ index: 1, end: "failed", code: "InvalidPath", message: "It is not ours." }],
};

it("the prefetch has a receipt of its own, waits for the purge, and fails where the purge did", async () => {
  const [good = "", bad = ""] = urls(2);
  const accepted = await post(purgeOf([good, bad], { labels: { release: "7" } }));
  expect(accepted.status).toBe(202);
  const { links } = accepted.body;
  expect(links.then).toMatch(/^\/v1\/intents\/int_/);
  expect((await get(links.self)).links).toEqual(links);
  expect(await get(links.then)).toMatchObject({
    op: "prefetch",
    state: "accepted",
    labels: { release: "7" },
    counts: { total: 2, pending: 2 },
    waiting: [{ account: "ali", lane: "prefetch-url", reason: "order", targets: 2, until: null }],
  });
  await api.send("ali", "purge-url", SECOND_FAILS);
  expect(await get(links.then)).toMatchObject({
    state: "running",
    counts: { total: 2, pending: 1, failed: 1 },
    failures: [
      {
        target: bad,
        code: "purge-failed",
        message: "The purge that it waited for failed: InvalidPath: It is not ours.",
      },
    ],
  });
  const batch = await api.send("ali", "prefetch-url", DONE);
  expect(batch.items).toEqual([good]);
  expect(await get(links.then)).toMatchObject({ state: "partial", counts: { confirmed: 1, failed: 1 } });
});

it("the same key and body get the same links", async () => {
  const body = purgeOf(urls(1));
  const first = await post(body);
  const again = await post(body);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.body).toEqual(first.body);
  await api.call("POST", `${first.body.links.self}/cancel`);
});

it("cancelling the purge ends its prefetch", async () => {
  const { links } = (await post(purgeOf(urls(3)))).body;
  await api.call("POST", `${links.self}/cancel`);
  expect(await get(links.then)).toMatchObject({
    state: "failed",
    counts: { failed: 3 },
    failures: [{ code: "purge-failed" }, { code: "purge-failed" }, { code: "purge-failed" }],
  });
});

it("what cannot be prefetched is refused, and nothing is enqueued", async () => {
  const before = await api.stored();
  const answer = await post(purgeOf(urls(1, 1100)));
  expect(answer).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/urls/0", code: "url-too-long" }] },
  });
  expect(answer.body.errors[0].detail).toMatch(
    /^then prefetch: 1100 characters; account ali takes at most 1024/,
  );
  expect(await api.stored()).toBe(before);
});

it("a staging that a crash cut off between the two is finished by rescue, under the same ids", async () => {
  const body = purgeOf(urls(2));
  const accepted = (await post(body)).body;
  await api.call("POST", `${accepted.links.self}/cancel`);
  // As it stands when the process dies after the purge: its body is there, the prefetch is not.
  const id = `int_cut_off_${serial}`;
  const crashed = purgeOf(urls(2));
  const { planIntent } = await import("@purgeline/engine");
  const planned = planIntent(crashed, { name: "local", rights: null }, api.intake, () => id);
  if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
  for (const leg of planned.plan.legs) await api.store.stage(planned.plan.head, leg, planned.plan.body);
  const { then: link } = (await get(`/v1/intents/${id}`)).links;
  expect((await api.call("GET", link)).status).toBe(404);
  const swept = await api.later(15_000).work.sweep("ali");
  const [found] = swept.unstaged;
  if (found === undefined) throw new Error("rescue found nothing");
  expect(found.intentId).toBe(id);
  const queue = { add: async () => undefined, lost: async () => [] };
  const ports = { store: api.store, queue, intake: api.intake, onSetback: () => undefined };
  expect(await readmitIntent(found, ports)).toBe("staged");
  expect(await get(link)).toMatchObject({ op: "prefetch", counts: { pending: 2 } });
  expect((await api.later(60_000).work.sweep("ali")).unstaged).toEqual([]);
});

it("a prefetch that is staged after its purge has ended knows how", async () => {
  const id = `int_late_${serial}`;
  const { planIntent } = await import("@purgeline/engine");
  const planned = planIntent(purgeOf(urls(2)), { name: "local", rights: null }, api.intake, () => id);
  if (!planned.ok || planned.follower === null) throw new Error("nothing follows");
  for (const leg of planned.plan.legs) {
    const staged = await api.store.stage(planned.plan.head, leg, planned.plan.body);
    if (staged.kind === "staged") api.slots.push(...staged.slots);
  }
  await api.store.cancel(id);
  for (const leg of planned.follower.legs) await api.store.stage(planned.follower.head, leg, null);
  expect(await get(`/v1/intents/${planned.follower.head.id}`)).toMatchObject({
    state: "failed",
    failures: [
      { code: "purge-failed", message: "The purge that it waited for was cancelled" },
      { code: "purge-failed" },
    ],
  });
});

it("both wait for notBefore, and the prefetch still for the purge, whoever is brought first", async () => {
  const targets = urls(1);
  const notBefore = new Date(Date.now() + 3_600_000).toISOString();
  const { links } = (await post(purgeOf(targets, { notBefore }))).body;
  expect(await get(links.then)).toMatchObject({ waiting: [{ reason: "notBefore", until: notBefore }] });
  const later = api.later(3_601_000);
  const due = (await later.work.sweep("ali")).unstaged;
  expect(due).toHaveLength(2);
  const queue = { add: async () => undefined, lost: async () => [] };
  const ports = { store: later.store, queue, intake: api.intake, onSetback: () => undefined };
  const prefetchFirst = due.toSorted((a, b) => Number(a.head.op === "purge") - Number(b.head.op === "purge"));
  for (const intent of prefetchFirst) expect(await readmitIntent(intent, ports)).toBe("staged");
  for (const intent of prefetchFirst) expect(await readmitIntent(intent, ports)).toBe("staged");
  const [leg] = await later.store.legs(links.then.split("/").at(-1));
  expect(leg?.waiting).toMatchObject([{ lane: "prefetch-url", why: { reason: "order" } }]);
});
