import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ApiBundle, apiBundle, TOKENS } from "./api-bundle.ts";

let api: ApiBundle;
beforeEach(async () => {
  api = await apiBundle(TOKENS);
});
afterEach(() => api.close());

const post = (path: string, body: unknown, token = "ops-secret") => api.call("POST", path, { token, body });

interface Leg {
  readonly account: string;
  readonly lanes: readonly { readonly lane: string; readonly calls: number }[];
  readonly quotas: readonly { readonly quota: string; readonly after: number }[];
}

/** Sends all that waits, as a worker would; how many calls each lane took. */
async function drain(): Promise<Readonly<Record<string, number>>> {
  const calls: Record<string, number> = {};
  for (let slot = api.slots.shift(); slot !== undefined; slot = api.slots.shift()) {
    const taken = await api.work.take(slot);
    if (taken.kind === "wait") api.slots.push(slot);
    if (taken.kind !== "batch") continue;
    const seen = { call: "any", providerDateMs: null, error: null };
    const recorded = await api.work.record(slot, taken.batch, { do: "finish", rejected: [] }, seen);
    api.slots.push(...[...taken.slots, ...recorded.slots].filter(({ kind }) => kind.for === "submit"));
    const lane = `${slot.account} ${taken.batch.lane}`;
    calls[lane] = (calls[lane] ?? 0) + 1;
  }
  return calls;
}

const many = (count: number, hosts: number, path = "") =>
  Array.from({ length: count }, (_, n) => `https://h${n % hosts}.example.com/${path}${n}`);

describe("the real run costs exactly what the plan says", () => {
  it.each<[string, unknown]>([
    ["URLs of more hosts than fit one call", { op: "purge", urls: many(2_500, 37) }],
    ["repeated URLs", { op: "purge", urls: [...many(30, 3), ...many(20, 3)] }],
    [
      "URLs in directories, directories in directories",
      {
        op: "purge",
        urls: [...many(120, 12, "img/"), ...many(50, 4, "css/")],
        directories: [
          ...many(12, 12).map((url) => `${new URL(url).origin}/img/`),
          "https://h1.example.com/img/a/",
        ],
      },
    ],
    ["urgent work", { op: "purge", urls: many(60, 20), priority: "urgent" }],
    [
      "a host of two accounts",
      { op: "purge", urls: ["https://shared.example.com/1", "https://shared.example.com/2"] },
    ],
    [
      "patterns, one a call",
      { op: "purge", account: "ali", patterns: ["https://h0.example.com/a.*", "https://h0.example.com/b.*"] },
    ],
    ["prefetches", { op: "prefetch", urls: many(250, 3), account: "ali" }],
    // biome-ignore lint/suspicious/noThenProperty: the contract's name
    ["a prefetch after a purge", { op: "purge", urls: many(50, 3), account: "ali", then: "prefetch" }],
    ["media ids", { op: "purge", media: Array.from({ length: 45 }, (_, n) => `m${n}`), account: "video" }],
  ])("%s", async (_name, body) => {
    const planned = await post("/v1/plan", body);
    expect(planned.status).toBe(200);
    const legs: readonly Leg[] = [...planned.body.accounts, ...(planned.body.then?.accounts ?? [])];
    expect((await post("/v1/intents", body)).status).toBe(202);
    const told = legs.flatMap(({ account, lanes }) =>
      lanes.map(({ lane, calls }) => [`${account} ${lane}`, calls] as const),
    );
    expect(await drain()).toEqual(Object.fromEntries(told.filter(([, calls]) => calls > 0)));
    const accounts = await api.call("GET", "/v1/accounts", { token: "ops-secret" });
    for (const { account, quotas } of legs) {
      const { quotas: left } = accounts.body.items.find(
        (one: { account: string }) => one.account === account,
      );
      for (const { quota, after } of quotas)
        expect(left).toContainEqual(expect.objectContaining({ quota, remaining: after }));
    }
  });
});

it("a plan changes nothing in Redis and queues nothing", async () => {
  await post("/v1/intents", { op: "purge", urls: many(5, 2) });
  const queued = api.slots.length;
  const before = await api.contents();
  expect(Object.keys(before).length).toBeGreaterThan(10);
  const body = { op: "purge", urls: many(100, 2), directories: ["https://h0.example.com/a/"] };
  expect((await post("/v1/plan", body)).status).toBe(200);
  expect(await api.contents()).toEqual(before);
  expect(api.slots).toHaveLength(queued);
});

it("a plan tells what waits in the lane already, and that a paused account sends nothing", async () => {
  await post("/v1/intents", { op: "purge", urls: many(5, 2) });
  await post("/v1/accounts/ali/pause", undefined);
  const { body } = await post("/v1/plan", { op: "purge", urls: ["https://h0.example.com/new"] });
  expect(body.accounts).toMatchObject([
    { account: "ali", paused: true, eta: null, lanes: [{ lane: "purge-url", calls: 1, ahead: 5 }] },
  ]);
});

it("what a token may not submit it may not plan, and faults are those of an intent", async () => {
  const forbidden = await post("/v1/plan", { op: "prefetch", urls: many(1, 1) }, "shop-secret");
  expect(forbidden).toMatchObject({
    status: 403,
    body: {
      code: "forbidden",
      detail: "one fault outside the token's rights; this intent would be refused.",
    },
  });
  const invalid = await post("/v1/plan", { op: "purge", urls: ["ftp://h0.example.com/"] });
  expect(invalid).toMatchObject({
    status: 422,
    body: { detail: "one fault; this intent would be refused.", errors: [{ pointer: "/urls/0" }] },
  });
  expect((await post("/v1/plan", undefined)).body).toMatchObject({ code: "empty-body" });
});
