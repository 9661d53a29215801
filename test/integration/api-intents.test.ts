import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiBundle, apiBundle } from "./api-bundle.ts";

let api: ApiBundle;
beforeAll(async () => {
  api = await apiBundle();
});
afterAll(() => api.close());

let serial = 0;
/** URLs that no other test has. */
function urls(count: number): string[] {
  serial += 1;
  return Array.from({ length: count }, (_, n) => `https://www.example.com/${serial}/${n}`);
}

async function post(body: Readonly<Record<string, unknown>>) {
  const answer = await api.call("POST", "/v1/intents", { body: { op: "purge", ...body } });
  expect(answer.status).toBe(202);
  return answer.body;
}

async function receipt(id: string, query = "") {
  return (await api.call("GET", `/v1/intents/${id}${query}`)).body;
}

const NONE = {
  pending: 0,
  sealed: 0,
  submitted: 0,
  absorbed: 0,
  confirmed: 0,
  failed: 0,
  unconfirmed: 0,
  cancelled: 0,
};

describe("an intent", () => {
  it("is accepted with its counts, and read back whole", async () => {
    const [first = "", second = ""] = urls(2);
    const accepted = await post({
      urls: [first, second, first],
      labels: { release: "7" },
      priority: "urgent",
    });
    const counts = { ...NONE, total: 2, duplicates: 1, pending: 2 };
    const self = `/v1/intents/${accepted.id}`;
    expect(accepted).toEqual({
      id: expect.stringMatching(/^int_/),
      state: "accepted",
      counts,
      links: { self, targets: `${self}/targets` },
    });
    expect(await receipt(accepted.id)).toEqual({
      ...accepted,
      op: "purge",
      accounts: [{ account: "ali", counts }],
      priority: "urgent",
      labels: { release: "7" },
      createdBy: "local",
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      finishedAt: null,
      notBefore: null,
      lives: 1,
      waiting: expect.any(Array),
      failures: [],
    });
    expect(api.slots.some(({ account, kind }) => account === "ali" && kind.for === "submit")).toBe(true);
  });

  it("counts a target once for each account that it goes to", async () => {
    const { id, counts } = await post({ urls: ["https://shared.example.com/both"] });
    expect(counts).toMatchObject({ total: 2, pending: 2 });
    const { accounts } = await receipt(id);
    expect(accounts.map((one: { account: string }) => one.account)).toEqual(["ali", "tencent"]);
  });

  it("with a notBefore waits for it", async () => {
    const { id } = await post({ urls: urls(1), notBefore: "2100-01-01T00:00:00Z" });
    expect(await receipt(id)).toMatchObject({
      state: "accepted",
      notBefore: "2100-01-01T00:00:00.000Z",
      waiting: [
        {
          account: "ali",
          lane: "purge-url",
          reason: "notBefore",
          targets: 1,
          until: "2100-01-01T00:00:00.000Z",
        },
      ],
    });
    await api.call("POST", `/v1/intents/${id}/cancel`);
  });

  it("whose notBefore has passed is like any other", async () => {
    const { id } = await post({ urls: urls(1), notBefore: "2000-01-01T00:00:00Z" });
    const { waiting } = await receipt(id);
    expect(waiting.map(({ reason }: Record<string, string>) => reason)).not.toContain("notBefore");
    await api.call("POST", `/v1/intents/${id}/cancel`);
  });
});

describe("until its end", () => {
  it("wait answers when the intent ends, long before its time", async () => {
    const { id } = await post({ media: ["m1"], account: "video" });
    const waiting = receipt(id, "?wait=50");
    await api.send("video", "purge-media", { do: "finish", rejected: [] });
    expect(await waiting).toMatchObject({ state: "confirmed", finishedAt: expect.any(String), waiting: [] });
  });

  it("wait answers with what there is when the time is up", async () => {
    const { id } = await post({ media: ["m2"], account: "video" });
    expect(await receipt(id, "?wait=1")).toMatchObject({ state: "accepted" });
    await api.call("POST", `/v1/intents/${id}/cancel`);
  });

  it("a failed target is named, and retry gives it a new life", async () => {
    const { id } = await post({ media: ["good", "bad"], account: "video" });
    const batch = await api.send("video", "purge-media", {
      do: "finish",
      rejected: [{ index: 1, end: "failed", code: "NonExistMediaIds", message: "no such media" }],
    });
    const bad = batch.items[1];
    expect(await receipt(id)).toMatchObject({
      state: "partial",
      counts: { total: 2, confirmed: 1, failed: 1 },
      failures: [{ target: bad, account: "video", code: "NonExistMediaIds", message: "no such media" }],
    });
    const retried = await api.call("POST", `/v1/intents/${id}/retry`);
    expect(retried).toMatchObject({
      status: 200,
      body: {
        id,
        state: "running",
        lives: 2,
        changedTargets: 1,
        finishedAt: null,
        counts: { total: 2, confirmed: 1, pending: 1, failed: 0 },
      },
    });
    const again = await api.call("POST", `/v1/intents/${id}/retry`);
    expect(again.body).toMatchObject({ changedTargets: 0, lives: 2 });
  });

  it("cancel takes out what is not sent, and says how much", async () => {
    const { id } = await post({ urls: urls(3) });
    const answer = await api.call("POST", `/v1/intents/${id}/cancel`);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        state: "cancelled",
        changedTargets: 3,
        counts: { total: 3, cancelled: 3 },
        finishedAt: expect.any(String),
      },
    });
    expect((await api.call("POST", `/v1/intents/${id}/cancel`)).body.changedTargets).toBe(0);
  });
});

describe("pages", () => {
  it("the targets come page by page, each once, in both accounts", async () => {
    const given = Array.from({ length: 25 }, (_, n) => `https://shared.example.com/page/${n}`);
    const { id } = await post({ urls: given });
    const seen: string[] = [];
    let query = "?limit=10";
    while (true) {
      const { body } = await api.call("GET", `/v1/intents/${id}/targets${query}`);
      expect(body.items.length).toBeLessThanOrEqual(10);
      for (const { target, account, state } of body.items) seen.push(`${account} ${target} ${state}`);
      if (body.nextCursor === null) break;
      query = `?limit=10&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
    const expected = ["ali", "tencent"].flatMap((account) => given.map((url) => `${account} ${url} pending`));
    expect(seen.sort()).toEqual(expected.sort());
    const confirmed = await api.call("GET", `/v1/intents/${id}/targets?state=confirmed`);
    expect(confirmed.body).toEqual({ items: [], nextCursor: null });
    await api.call("POST", `/v1/intents/${id}/cancel`);
  });

  it("the list has each intent once, newest first, and its filters hold", async () => {
    const since = new Date().toISOString();
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      const { id } = await post({
        urls: urls(1),
        labels: { list: "yes", odd: String(n % 2), constructor: "x" },
      });
      ids.unshift(id);
    }
    const pages = async (query: string) => {
      const found: string[] = [];
      let cursor = "";
      do {
        const { body } = await api.call("GET", `/v1/intents?limit=3&since=${since}${query}${cursor}`);
        for (const { id } of body.items) found.push(id);
        cursor = body.nextCursor === null ? "" : `&cursor=${encodeURIComponent(body.nextCursor)}`;
      } while (cursor !== "");
      return found;
    };
    expect(await pages("")).toEqual(ids);
    expect(await pages("&label=list:yes&label=odd:0")).toEqual(ids.filter((_, at) => at % 2 === 0));
    expect(await pages("&label=list:no")).toEqual([]);
    expect(await pages("&label=valueOf:x")).toEqual([]);
    expect(await pages("&token=local&account=ali&state=accepted")).toEqual(ids);
    expect(await pages("&token=other")).toEqual([]);
    expect(await pages("&account=tencent")).toEqual([]);
    expect(await pages("&account=nobody")).toEqual([]);
    await api.call("POST", `/v1/intents/${ids[0]}/cancel`);
    expect(await pages("&state=cancelled")).toEqual([ids[0]]);
    expect((await api.call("GET", "/v1/intents?since=2100-01-01T00:00:00Z")).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });
});

describe("accounts", () => {
  it("tell lanes, calls and quotas", async () => {
    const { body } = await api.call("GET", "/v1/accounts");
    const [ali] = body.items;
    expect(ali).toMatchObject({
      account: "ali",
      provider: "alibaba-cdn",
      paused: false,
      stopped: null,
      lastError: null,
    });
    expect(ali.lanes.map(({ lane }: Record<string, string>) => lane)).toContain("purge-directory");
    expect(ali.calls).toContainEqual(expect.objectContaining({ call: "RefreshObjectCaches", perSecond: 50 }));
    expect(ali.quotas).toContainEqual({
      quota: "directory",
      limit: 100,
      used: 0,
      reserved: 0,
      usedElsewhere: 0,
      remaining: 100,
      shares: [],
      told: null,
      resetsAt: expect.stringMatching(/T16:00:00\.000Z$/),
      exhaustedAt: null,
    });
  });

  it("are paused and resumed", async () => {
    const { id } = await post({ urls: urls(1) });
    expect((await api.call("POST", "/v1/accounts/ali/pause")).body).toMatchObject({
      account: "ali",
      paused: true,
    });
    expect((await receipt(id)).waiting).toMatchObject([
      { account: "ali", reason: "paused", targets: 1, until: null },
    ]);
    // The lane's job finds the pause and sleeps: resume has to wake it.
    const slot = api.slots.findLast(({ account }) => account === "ali");
    if (slot === undefined) throw new Error("no slot was queued");
    expect(await api.work.take(slot)).toMatchObject({ kind: "wait", why: { reason: "paused" } });
    const queued = api.slots.length;
    expect((await api.call("POST", "/v1/accounts/ali/resume")).body).toMatchObject({ paused: false });
    expect(api.slots.length).toBeGreaterThan(queued);
  });
});

it("the metrics tell what was accepted and refused", async () => {
  await api.call("POST", "/v1/intents", { body: { op: "prefetch", urls: [] } });
  const { body, headers } = await api.call("GET", "/metrics");
  expect(headers.get("content-type")).toMatch(/^text\/plain/);
  expect(body).toMatch(/purgeline_intents_total\{op="purge",result="accepted"\} [1-9]/);
  expect(body).toContain('purgeline_intents_total{op="prefetch",result="refused"} 1');
  expect(body).toMatch(/purgeline_targets_total\{account="ali",lane="purge-url",state="pending"\} [1-9]/);
  expect(body).toMatch(
    /purgeline_http_request_duration_seconds_count\{route="\/v1\/intents\/:id",code="200"\} [1-9]/,
  );
});
