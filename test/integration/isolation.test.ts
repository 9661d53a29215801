import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Entry, ledgerOf } from "../load/bench/arrivals.ts";
import { call } from "../load/real-input/producers.ts";
import { type Place, type Stack, startStack } from "../load/stack.ts";

/*
 * Real processes, judged by the order in which calls reach the providers: how long anything takes
 * is a benchmark's to show.
 */

const SUBMIT = "RefreshObjectCaches";
const SHOP = "the-secret-of-the-shop";
const FLOODER = "the-secret-of-the-flooder";
const TOKENS = `tokens:
  - { name: shop, secret: ${SHOP}, allow: [admin] }
  - { name: flooder, secret: ${FLOODER}, allow: [admin] }
`;

/** Of a lane in which order is looked at: calls that may be on their way when something is staged. */
const IN_FLIGHT = 2;
const FEW_AT_ONCE = `limits: { pollEveryMs: 200, lanes: { purge-url: { batch: 10, inFlight: ${IN_FLIGHT} } }, calls: { ${SUBMIT}: { perSecond: 10 } } }`;

function account(name: string, { endpoint }: Place, limits: string, secret = "secret"): string {
  return `{ name: ${name}, provider: alibaba-cdn, endpoint: "${endpoint}", credentials: { accessKeyId: ${name}, accessKeySecret: ${secret} }, hosts: [${name}.example.com], coalesce: { quietMs: 0, maxWaitMs: 0 }, quota: { url: 1000000 }, ${limits} }`;
}

let stack: Stack;
beforeAll(async () => {
  const slow = `limits: { lanes: { purge-url: { perDomainPerMinute: 1000000 } }, calls: { ${SUBMIT}: { perSecond: 1 } } }`;
  const patient = `limits: { lanes: { purge-url: { inFlight: 1 } }, calls: { ${SUBMIT}: { timeoutMs: 60000 } } }`;
  stack = await startStack({
    more: TOKENS,
    providers: {
      near: (place) => [account("quiet", place, "limits: { pollEveryMs: 200 }")],
      far: (place) => [
        account("flood", place, slow),
        account("dead", place, patient),
        account("wrong", place, patient, place.isPlayed ? "secret" : "another"),
      ],
      one: (place) => ["turns", "urgent", "normal", "parts"].map((name) => account(name, place, FEW_AT_ONCE)),
    },
  });
});
afterAll(() => stack.stop());

const urlsOf = (name: string, folder: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `https://${name}.example.com/${folder}/${i}.html`);

interface Asked {
  readonly id: string;
  readonly urls: readonly string[];
  /** Before the request, and after the answer: it was staged between them. */
  readonly beganAtMs: number;
  readonly stagedByMs: number;
}

async function ask(token: string, urls: readonly string[], priority = "normal"): Promise<Asked> {
  const beganAtMs = Date.now();
  const body = { op: "purge", urls, priority };
  const { id } = await call<{ readonly id: string }>(stack.api, "POST", "/v1/intents", body, token);
  return { id, urls, beganAtMs, stagedByMs: Date.now() };
}

/** The intent's state when it has ended; what it is after half a minute where it has not. */
async function endOf({ id }: Asked): Promise<string> {
  const path = `/v1/intents/${id}?wait=30`;
  const { state } = await call<{ readonly state: string }>(stack.api, "GET", path, undefined, SHOP);
  return state;
}

async function submits(provider: string, name: string): Promise<readonly Entry[]> {
  const ledger = await ledgerOf(stack.providers[provider] ?? "");
  return ledger.filter((entry) => entry.account === name && entry.call === SUBMIT);
}

async function callsOf(provider: string, name: string): Promise<number> {
  const path = "/_sim/stats";
  const { calls } = await call<{ readonly calls: readonly (Entry & { readonly calls: number })[] }>(
    stack.providers[provider] ?? "",
    "GET",
    path,
  );
  return calls.find((each) => each.account === name && each.call === SUBMIT)?.calls ?? 0;
}

const atLeast = (provider: string, name: string, count: number): Promise<void> =>
  expect.poll(() => callsOf(provider, name)).toBeGreaterThanOrEqual(count);

const atMs = (entry: Entry): number => Date.parse(entry.receivedAt);

interface Accounts {
  readonly items: readonly {
    readonly account: string;
    readonly stopped: { readonly reason: string } | null;
    readonly lastError: unknown;
    readonly lanes: readonly { readonly lane: string; readonly pending: number }[];
  }[];
}

async function seen(name: string): Promise<Accounts["items"][number] | undefined> {
  const { items } = await call<Accounts>(stack.api, "GET", "/v1/accounts", undefined, SHOP);
  return items.find((each) => each.account === name);
}

async function fault(body: Readonly<Record<string, unknown>>): Promise<void> {
  await call(stack.providers[body.account === "dead" ? "far" : "one"] ?? "", "POST", "/_sim/faults", body);
}

/** What happens to a neighbour before the quiet account's intents come. */
const TROUBLES: Readonly<Record<string, () => Promise<void>>> = {
  // Three failures close the call; then one probe hangs, for longer than this test has patience.
  async dead() {
    await fault({ kind: "code", code: "ServiceUnavailable", account: "dead", call: SUBMIT, times: 3 });
    await fault({ kind: "hang", account: "dead", call: SUBMIT });
    await ask(FLOODER, urlsOf("dead", "a", 8000));
    await atLeast("far", "dead", 4);
  },
  async wrong() {
    await ask(FLOODER, urlsOf("wrong", "a", 2000));
    await expect.poll(async () => (await seen("wrong"))?.stopped?.reason).toBe("SignatureDoesNotMatch");
  },
  // 100 calls, one a second.
  async flood() {
    for (let i = 0; i < 10; i += 1) await ask(FLOODER, urlsOf("flood", `${i}`, 10_000));
    await atLeast("far", "flood", 1);
  },
};

describe("one account's trouble is no other's", () => {
  it.each([
    ["a dead provider", "dead"],
    ["a wrong key", "wrong"],
    ["a flood of 100,000 targets", "flood"],
  ])(
    "%s: another account's intents are confirmed one by one, the neighbour making 10 calls during one at most",
    {
      timeout: 240_000,
    },
    async (_what, neighbour) => {
      await TROUBLES[neighbour]?.();
      const asked: Asked[] = [];
      for (let i = 0; i < 10; i += 1) {
        const intent = await ask(SHOP, urlsOf("quiet", `${neighbour}-${i}`, 1));
        expect(await endOf(intent)).toBe("confirmed");
        asked.push(intent);
      }
      // It was there all the time.
      const pending = (await seen(neighbour))?.lanes.find(({ lane }) => lane === "purge-url")?.pending;
      expect(pending).toBeGreaterThan(0);
      expect(await seen("quiet")).toMatchObject({ stopped: null, lastError: null });
      const others = await submits("far", neighbour);
      const own = await submits("near", "quiet");
      for (const { urls, beganAtMs } of asked) {
        const [first, ...more] = own.filter(({ items }) => items.includes(urls[0] ?? ""));
        if (first === undefined) throw new Error(`${urls[0]} was not sent`);
        expect(more).toEqual([]);
        const between = others.filter((entry) => atMs(entry) > beganAtMs && atMs(entry) < atMs(first));
        expect(between.length).toBeLessThanOrEqual(10);
      }
    },
  );
});

/** How many of the account's calls came after the staging and before the n-th call with targets of the intent. */
async function callsBefore(name: string, { urls, stagedByMs }: Asked, nth = 1): Promise<number> {
  const later = (await submits("one", name)).filter((entry) => atMs(entry) > stagedByMs);
  const own = later.filter(({ items }) => items.some((item) => urls.includes(item)));
  const last = own[nth - 1];
  // It came before its producer had the answer.
  return last === undefined ? 0 : later.indexOf(last);
}

describe("in one account", () => {
  it("a flood by one producer delays another one's intent by a call, beside those under way", async () => {
    await ask(FLOODER, urlsOf("turns", "flood", 1000));
    await atLeast("one", "turns", 3);
    const small = await ask(SHOP, urlsOf("turns", "small", 10));
    expect(await endOf(small)).toBe("confirmed");
    expect(await callsBefore("turns", small)).toBeLessThanOrEqual(1 + IN_FLIGHT);
  });

  it("an urgent intent overtakes a normal flood of its own producer within a call", async () => {
    await ask(SHOP, urlsOf("urgent", "flood", 1000));
    await atLeast("one", "urgent", 3);
    const urgent = await ask(SHOP, urlsOf("urgent", "now", 5), "urgent");
    expect(await endOf(urgent)).toBe("confirmed");
    expect(await callsBefore("urgent", urgent)).toBeLessThanOrEqual(1 + IN_FLIGHT);
  });

  it("every eighth call is a normal one's, however much urgent work there is", async () => {
    await ask(FLOODER, urlsOf("normal", "flood", 1000), "urgent");
    await atLeast("one", "normal", 3);
    const normal = await ask(SHOP, urlsOf("normal", "small", 30));
    expect(await endOf(normal)).toBe("confirmed");
    for (const nth of [1, 2, 3])
      expect(await callsBefore("normal", normal, nth)).toBeLessThanOrEqual(8 * nth + IN_FLIGHT);
  });

  it("a producer's bad targets that are told apart delay another one's intent by a call", async () => {
    await fault({ kind: "refuse-items", account: "parts", match: "/bad/" });
    await ask(FLOODER, urlsOf("parts", "bad", 40));
    await atLeast("one", "parts", 6);
    const small = await ask(SHOP, urlsOf("parts", "small", 10));
    expect(await endOf(small)).toBe("confirmed");
    expect(await callsBefore("parts", small)).toBeLessThanOrEqual(1 + IN_FLIGHT);
  });
});
