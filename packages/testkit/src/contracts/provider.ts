import type {
  AccountSettings,
  BatchContent,
  CallContext,
  HttpReply,
  HttpRequest,
  IntentOptions,
  Lane,
  LaneSpec,
  Provider,
  Row,
  Task,
} from "@purgeline/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleItems, weigh } from "./sample-items.ts";
import { sentTexts } from "./sent-texts.ts";

const NO_OPTIONS: IntentOptions = { strength: null, area: null, own: null };

/** Replies by which the provider accepts a call, for the lanes that finish later. */
export type AcceptingReplies = Readonly<Partial<Record<Lane, HttpReply>>>;

/**
 * What every provider must keep, whatever its API looks like. Call it in a test file
 * of the provider, once for each signature or kind of credentials that matters.
 */
export function providerContract(
  provider: Provider,
  settings: AccountSettings,
  accepting: AcceptingReplies = {},
): void {
  const lanes = Object.entries(provider.table(settings).lanes) as [Lane, LaneSpec][];
  const call: CallContext = {
    settings,
    nowMs: Date.UTC(2026, 6, 1, 8, 15, 30),
    nonce: "00112233445566778899aabbccddeeff",
    token: settings.credentials.kind === "keys" ? null : "session-token-of-the-contract",
  };
  describe(`${provider.name} as a provider (${settings.signature ?? "its default signature"})`, () => {
    tableContract(provider, settings);
    describe.each(lanes)("on %s", (lane, spec) => {
      optionsContract(provider, lane, settings);
      encodeContract(provider, lane, spec, call);
      decodeContract(provider, batch(provider, lane, 2, settings));
      const accepted = accepting[lane];
      if (accepted !== undefined) pollContract(provider, batch(provider, lane, 2, settings), call, accepted);
    });
    matchContract(provider, lanes);
  });
}

function tableContract(provider: Provider, settings: AccountSettings): void {
  const table = provider.table(settings);

  it("names a call with limits, and a class with a quota, for every lane", () => {
    for (const spec of Object.values(table.lanes)) {
      expect(Object.keys(table.calls)).toContain(spec.call);
      if (spec.quota !== null) expect(Object.keys(table.quotas)).toContain(spec.quota);
    }
    expect(() => new Intl.DateTimeFormat("en", { timeZone: table.resetTimeZone })).not.toThrow();
  });

  it("gives every number a source and a day", () => {
    const numbers = [table, ...Object.values(table.lanes), ...Object.values(table.calls), table.quotas]
      .flatMap((part) => Object.values(part) as unknown[])
      .filter((value) => typeof value === "object" && value !== null && "asOf" in value);
    expect(numbers.length).toBeGreaterThan(0);
    for (const number of numbers) {
      expect(number).toEqual({
        value: expect.toSatisfy((value: number) => Number.isInteger(value) && value >= 1),
        source: expect.stringMatching(/\S/),
        asOf: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      });
    }
  });
}

function optionsContract(provider: Provider, lane: Lane, settings: AccountSettings): void {
  it("takes hard for the default strength of a purge, as JSON equal to no options", () => {
    const none = provider.options(lane, NO_OPTIONS, settings);
    expect(none.ok).toBe(true);
    if (lane.startsWith("prefetch")) return;
    expect(provider.options(lane, { ...NO_OPTIONS, strength: "hard" }, settings)).toEqual(none);
  });

  it("either has soft purges that differ from hard ones, or says that it has none", () => {
    const soft = provider.options(lane, { ...NO_OPTIONS, strength: "soft" }, settings);
    if (soft.ok) expect(soft).not.toEqual(provider.options(lane, NO_OPTIONS, settings));
    else expect(soft.problems.map(({ path }) => path[0])).toContain("strength");
  });

  it("names an option that it does not have", () => {
    const own = { "no-such-option": 1 };
    const checked = provider.options(lane, { ...NO_OPTIONS, own }, settings);
    expect(checked.ok ? [] : checked.problems.map((problem) => JSON.stringify(problem))).toEqual([
      expect.stringContaining("no-such-option"),
    ]);
  });
}

function encodeContract(provider: Provider, lane: Lane, spec: LaneSpec, call: CallContext): void {
  const batchOf = (count: number): BatchContent => batch(provider, lane, count, call.settings);

  it("encodes the same batch and context to the same bytes", () => {
    const content = batchOf(spec.batch.value);
    expect(provider.encode(content, call)).toEqual(provider.encode(content, call));
  });

  it("sends every item of a full batch exactly once", () => {
    const content = batchOf(spec.batch.value);
    const texts = sentTexts(provider.encode(content, call));
    for (const item of content.items) expect(texts.filter((text) => text === item)).toEqual([item]);
  });

  it("makes no body longer than its weight promises, and a full batch fits", () => {
    for (const count of [1, spec.batch.value]) {
      const content = batchOf(count);
      const bytes = Buffer.byteLength(provider.encode(content, call).body ?? "");
      expect(bytes).toBeLessThanOrEqual(weigh(spec.weight, content.items));
      expect(weigh(spec.weight, content.items)).toBeLessThanOrEqual(spec.bodyBytes.value);
    }
  });

  it("goes to the endpoint's origin, and to HTTPS without one", () => {
    const { settings } = call;
    const endpoint = "http://127.0.0.1:65001";
    const at = (origin: string | null): URL =>
      new URL(provider.encode(batchOf(1), { ...call, settings: { ...settings, endpoint: origin } }).url);
    expect(at(endpoint).origin).toBe(endpoint);
    expect(at(null).protocol).toBe("https:");
    expect(at(null).pathname).toBe(at(endpoint).pathname);
  });

  it("keeps secrets out of the URL and the body, and names headers in lower case", () => {
    const request = provider.encode(batchOf(1), call);
    expectDiscreet(request, call);
  });
}

function decodeContract(provider: Provider, content: BatchContent): void {
  it("decodes any status with any body, and takes nothing unreadable for a success", () => {
    fc.assert(
      fc.property(anyReply(), (reply) => {
        const outcome = provider.decode(reply, content);
        const isRead = outcome.kind === "done" || outcome.kind === "accepted";
        if (isRead) expect(() => JSON.parse(reply.body) as unknown).not.toThrow();
        expect(() => JSON.stringify(outcome)).not.toThrow();
      }),
    );
  });

  it.each([
    [429, "throttled"],
    [401, "auth"],
    [400, "ambiguous"],
    [404, "ambiguous"],
    [500, "ambiguous"],
    [502, "ambiguous"],
    [200, "ambiguous"],
  ] as const)("classes status %i with a page of some proxy as %s", (status, kind) => {
    const reply = { status, headers: { "content-type": "text/html" }, body: "<html>no</html>" };
    expect(provider.decode(reply, content).kind).toBe(kind);
  });
}

function pollContract(
  provider: Provider,
  content: BatchContent,
  call: CallContext,
  accepted: HttpReply,
): void {
  const asked = (): [Task, ...Task[]] => {
    const outcome = provider.decode(accepted, content);
    const [task, ...others] = outcome.kind === "accepted" ? outcome.tasks : [];
    if (task === undefined) throw new Error(`contract: no task in ${JSON.stringify(outcome)}`);
    return [task, ...others.slice(0, provider.poll.max(task.call) - 1)];
  };

  it("can ask for the tasks that it was given", () => {
    const request = provider.poll.encode(asked(), call);
    const [task] = asked();
    expect(Object.keys(provider.table(call.settings).calls)).toContain(task.call);
    expect(sentTexts(request)).toContain(task.id);
    expectDiscreet(request, call);
  });

  it("decodes any answer about its tasks, and takes an empty one for no end", () => {
    const tasks = asked();
    fc.assert(
      fc.property(anyReply(), (reply) => {
        const answer = provider.poll.decode(reply, tasks);
        if (answer.kind === "progress") expect(answer.tasks).toHaveLength(tasks.length);
      }),
    );
    const empty = provider.poll.decode({ status: 200, headers: {}, body: "{}" }, tasks);
    const told = empty.kind === "progress" ? empty.tasks : [];
    expect(told.filter(({ rows, next }) => rows.length > 0 || next.length === 0)).toEqual([]);
  });
}

function matchContract(provider: Provider, lanes: readonly [Lane, LaneSpec][]): void {
  it.each(lanes.map(([lane]) => lane))("matches rows to items of %s by what they name", (lane) => {
    const items = sampleItems(lane, 4);
    const rows = items.map((item, index): Row => {
      const end = index === 1 ? "failed" : "confirmed";
      return { item, end, code: null, message: null };
    });
    const ends = (given: readonly Row[]) => provider.poll.match(items, given).map((row) => row?.end ?? null);
    expect(ends(rows)).toEqual(["confirmed", "failed", "confirmed", "confirmed"]);
    expect(ends(rows.toReversed())).toEqual(ends(rows));
    expect(ends([])).toEqual([null, null, null, null]);
  });
}

function batch(provider: Provider, lane: Lane, count: number, settings: AccountSettings): BatchContent {
  const options = provider.options(lane, NO_OPTIONS, settings);
  if (!options.ok) throw new Error(`contract: the default options of ${lane} are refused`);
  const most = provider.table(settings).lanes[lane]?.batch.value ?? 1;
  return { lane, items: sampleItems(lane, Math.min(count, most)), options: options.value };
}

function expectDiscreet(request: HttpRequest, { settings: { credentials }, token }: CallContext): void {
  const secrets = {
    keys: credentials.kind === "keys" ? [credentials.accessKeySecret] : [],
    token: credentials.kind === "token" ? [credentials.token] : [],
    iam:
      credentials.kind !== "iam"
        ? []
        : ["password" in credentials ? credentials.password : credentials.accessKeySecret],
  }[credentials.kind];
  for (const secret of [...secrets, ...(token === null ? [] : [token])]) {
    expect(request.url).not.toContain(secret);
    expect(request.body ?? "").not.toContain(secret);
  }
  for (const name of Object.keys(request.headers)) expect(name).toMatch(/^(?!content-length$)[a-z0-9-]+$/);
}

function anyReply(): fc.Arbitrary<HttpReply> {
  return fc.record({
    status: fc.oneof(
      fc.constantFrom(200, 202, 400, 401, 403, 404, 429, 500, 503),
      fc.integer({ min: 200, max: 599 }),
    ),
    headers: fc.dictionary(fc.constantFrom("retry-after", "date", "x-request-id"), fc.string()),
    body: fc.oneof(fc.string(), fc.json(), fc.constantFrom("", "null", "[]", "{}", "0", "<html>", "{")),
  });
}
