import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { createLogger, createMetrics } from "@purgeline/telemetry";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { Queue, Worker } from "bullmq";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BoardRole, type BoardRoleOptions, startBoard } from "../src/index.ts";

const QUEUE_PREFIX = "{purgeline}";
const QUEUES = ["submit.ali", "poll.ali", "intents"];
const TOKENS = [
  { name: "shop", secret: "shop-secret", allow: ["purge", "read"] },
  { name: "ops", secret: "ops-secret", allow: ["admin"] },
] as const;
const OPS = `Basic ${Buffer.from("ops:ops-secret").toString("base64")}`;

let redis: RedisServer;
let queue: Queue;
const roles: BoardRole[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  queue = new Queue("submit.ali", {
    connection: { host: "127.0.0.1", port: redis.port },
    prefix: QUEUE_PREFIX,
  });
  await queue.waitUntilReady();
});
afterEach(async () => {
  await Promise.all(roles.splice(0).map((role) => role.stop()));
  await queue.obliterate({ force: true });
  await queue.close();
});
afterAll(() => redis.stop());

async function setup(options: Partial<BoardRoleOptions> = {}) {
  const lines: string[] = [];
  const role = await startBoard({
    host: "127.0.0.1",
    port: 0,
    queues: QUEUES,
    queuePrefix: QUEUE_PREFIX,
    connection: { host: "127.0.0.1", port: redis.port, maxRetriesPerRequest: 1 },
    tokens: null,
    readOnly: true,
    label: "test",
    ping: async () => {},
    metrics: createMetrics({ version: "0.0.0", nodeMetrics: false }),
    log: createLogger({ level: "info", role: "board", output: { write: (line) => void lines.push(line) } }),
    ...options,
  });
  roles.push(role);
  const events = (): unknown[] => lines.map((line) => JSON.parse(line));
  return { role, events, ask: asker(new URL(role.url).origin) };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

// node:http, because fetch sets Host itself.
function asker(origin: string) {
  return async (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> => {
    const sent = request(new URL(path, origin), { headers, method }).end();
    const [reply] = (await once(sent, "response")) as [IncomingMessage];
    const text = (await reply.setEncoding("utf8").toArray()).join("");
    return { status: reply.statusCode ?? 0, headers: reply.headers, text };
  };
}

const SUBMIT = "/board/api/queues?activeQueue=submit.ali&status=waiting&page=1";

function shown(answer: Answer) {
  return JSON.parse(answer.text).queues.find((one: { name: string }) => one.name === "submit.ali");
}

describe("who may look", () => {
  it("with tokens, only the name and secret of one that allows admin open the pages and the data", async () => {
    const { ask, events } = await setup({ tokens: TOKENS });
    const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString("base64")}` });
    for (const path of ["/board", "/board/queue/submit.ali", SUBMIT, "/board/static/favicon.ico"]) {
      const nobody = await ask(path);
      expect([nobody.status, nobody.headers["content-type"]]).toEqual([
        401,
        "application/problem+json; charset=utf-8",
      ]);
      expect(nobody.headers["www-authenticate"]).toContain("Basic");
      expect((await ask(path, basic("shop:shop-secret"))).status).toBe(401);
      expect((await ask(path, basic("ops:shop-secret"))).status).toBe(401);
      expect((await ask(path, basic("shop:ops-secret"))).status).toBe(401);
      expect((await ask(path, { authorization: OPS })).status).toBe(200);
    }
    expect((await ask("/board")).headers["www-authenticate"]).toContain("Basic");
    expect(events()).toContainEqual(expect.objectContaining({ event: "auth.refused", tokenName: "shop" }));
    // Typed into the field of the name: no name of ours, so it may be anything.
    expect((await ask("/board", basic("ops-secret:"))).status).toBe(401);
    expect(events()).toContainEqual(expect.objectContaining({ event: "auth.refused", tokenName: null }));
    expect(JSON.stringify(events())).not.toContain("secret");
  });

  it("with tokens, any Host is served: a proxy's name is not foreign", async () => {
    const { ask } = await setup({ tokens: TOKENS });
    expect((await ask("/board", { authorization: OPS, host: "board.example.com" })).status).toBe(200);
  });

  it("without tokens, loopback names are served and any other Host is refused", async () => {
    const { ask } = await setup();
    for (const host of ["localhost:8081", "127.0.0.1", "[::1]:8081"]) {
      expect((await ask(SUBMIT, { host })).status).toBe(200);
    }
    for (const host of [
      "evil.example.com",
      "localhost.evil.example.com:8081",
      "127.0.0.1.evil.example.com",
    ]) {
      const answer = await ask(SUBMIT, { host });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({ code: "foreign-host" });
      expect(answer.text).toContain("loopback");
    }
  });
});

describe("what is shown", () => {
  it("the page asks no other host for anything, and the browser is told not to", async () => {
    const { ask } = await setup();
    const page = await ask("/board");
    expect(page.status).toBe(200);
    expect(page.text).toContain("__UI_CONFIG__");
    expect(page.text).not.toMatch(/(?:href|src)="https?:/);
    expect(page.headers["content-security-policy"]).toMatch(/^default-src 'self';/);
    expect((await ask("/")).headers.location).toBe("/board");
  });

  it("the queries of URLs are cut in names, data, options, failures and logs", async () => {
    const signed = "https://cdn.example.com/a.jpg?sign=s3cr3t";
    const job = await queue.add(
      `purge ${signed}`,
      { urls: [signed], deep: { url: signed } },
      { attempts: 1 },
    );
    await job.log(`sent ${signed}`);
    const worker = new Worker("submit.ali", () => Promise.reject(new Error(`refused ${signed}`)), {
      connection: { host: "127.0.0.1", port: redis.port },
      prefix: QUEUE_PREFIX,
    });
    await once(worker, "failed");
    await worker.close();
    const { ask } = await setup();
    const list = await ask(SUBMIT.replace("waiting", "failed"));
    expect(shown(list).jobs[0]).toMatchObject({
      name: "purge https://cdn.example.com/a.jpg?…",
      data: { urls: ["https://cdn.example.com/a.jpg?…"], deep: { url: "https://cdn.example.com/a.jpg?…" } },
      failedReason: "refused https://cdn.example.com/a.jpg?…",
    });
    const logs = await ask(`/board/api/queues/submit.ali/${job.id}/logs`);
    expect(logs.text).toContain("sent https://cdn.example.com/a.jpg?…");
    const one = await ask(`/board/api/queues/submit.ali/${job.id}`);
    expect(list.text + logs.text + one.text).not.toContain("s3cr3t");
  });

  it("a page holds at most 100 jobs, however many are asked for", async () => {
    await queue.addBulk(Array.from({ length: 120 }, (_, index) => ({ name: "call", data: { index } })));
    const { ask } = await setup();
    for (const size of ["100000", "1e9", "Infinity", "101"]) {
      expect(shown(await ask(`${SUBMIT}&jobsPerPage=${size}`)).jobs).toHaveLength(100);
    }
    expect(shown(await ask(`${SUBMIT}&jobsPerPage=20`)).jobs).toHaveLength(20);
    expect((await ask(`${SUBMIT}&jobsPerPage=5&jobsPerPage=100000`)).status).toBe(400);
  });
});

describe("what may be changed", () => {
  const CLEAN = "/board/api/queues/submit.ali/empty";

  it("a read-only board changes nothing", async () => {
    await queue.add("call", {});
    const { ask } = await setup();
    expect((await ask(CLEAN, {}, "PUT")).status).toBe(405);
    expect((await ask("/board/api/queues/pause", {}, "PUT")).status).toBe(200);
    expect(await queue.isPaused()).toBe(false);
    expect(await queue.getWaitingCount()).toBe(1);
  });

  it("a writable board takes changes from its own pages and from no other origin", async () => {
    await queue.add("call", {});
    const { ask, role } = await setup({ readOnly: false });
    expect((await ask(CLEAN, { origin: "https://evil.example.com" }, "PUT")).status).toBe(403);
    expect((await ask(CLEAN, { origin: "null" }, "PUT")).status).toBe(403);
    expect(await queue.getWaitingCount()).toBe(1);
    expect((await ask(CLEAN, { origin: new URL(role.url).origin }, "PUT")).status).toBe(200);
    expect(await queue.getWaitingCount()).toBe(0);
  });

  it("even a writable board makes no jobs out of what it shows, since that is cut", async () => {
    const { ask } = await setup({ readOnly: false });
    const added = await ask("/board/api/queues/submit.ali/add", {}, "POST");
    expect(added.status).toBe(403);
    expect(added.text).toContain("POST /v1/intents");
    expect((await ask("/board/api/queues/submit.ali/1/update-data", {}, "PATCH")).status).toBe(403);
    expect(await queue.getWaitingCount()).toBe(0);
  });

  it("looking leaves the queue's settings to the roles that work on it", async () => {
    const raw = await queue.getMeta();
    const { ask } = await setup({ queues: ["submit.ali", "submit.new"] });
    expect((await ask(SUBMIT)).status).toBe(200);
    const fresh = new Queue("submit.new", {
      connection: { host: "127.0.0.1", port: redis.port },
      prefix: QUEUE_PREFIX,
      skipMetasUpdate: true,
    });
    expect(await fresh.getVersion()).toBeNull();
    expect(await queue.getMeta()).toEqual(raw);
    await fresh.close();
  });
});

describe("the role", () => {
  it("is alive and ready while Redis takes writes, and alive but not ready while it does not", async () => {
    let away = false;
    const ping = async (): Promise<void> => {
      if (away) throw new Error("Redis is away");
    };
    const { ask } = await setup({ ping, tokens: TOKENS });
    expect((await ask("/livez")).status).toBe(200);
    expect((await ask("/readyz")).status).toBe(200);
    away = true;
    expect((await ask("/livez")).status).toBe(200);
    expect((await ask("/readyz")).status).toBe(503);
  });

  it("shows its metrics, with tokens only to one that allows read", async () => {
    const { ask } = await setup({ tokens: TOKENS });
    expect((await ask("/metrics")).status).toBe(401);
    expect((await ask("/metrics", { authorization: "Bearer wrong" })).status).toBe(401);
    for (const secret of ["shop-secret", "ops-secret"]) {
      const answer = await ask("/metrics", { authorization: `Bearer ${secret}` });
      expect(answer.status).toBe(200);
      expect(answer.text).toContain("purgeline_redis_up 1");
    }
    const { text } = await ask("/metrics", { authorization: "Bearer ops-secret" });
    expect(text).toContain('purgeline_http_request_duration_seconds_count{route="/metrics",code="401"} 2');
  });

  it("rejects with the cause when its port is taken", async () => {
    const { role } = await setup();
    await expect(setup({ port: Number(new URL(role.url).port) })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("starts and stays while Redis is away, and works once it is back", async () => {
    const own = await startRedis();
    await own.kill();
    const { ask } = await setup({
      connection: { host: "127.0.0.1", port: own.port, maxRetriesPerRequest: 1, retryStrategy: () => 10 },
    });
    expect((await ask(SUBMIT)).status).toBe(503);
    expect((await ask("/livez")).status).toBe(200);
    await own.restart();
    await expect.poll(async () => (await ask(SUBMIT)).status).toBe(200);
    await roles.pop()?.stop();
    await own.stop();
  });

  it.each(["before the start", "after the first answer"])(
    "stops while Redis is away, since %s",
    async (since) => {
      const own = await startRedis();
      if (since === "before the start") await own.kill();
      const { role, ask } = await setup({
        connection: { host: "127.0.0.1", port: own.port, maxRetriesPerRequest: 1 },
      });
      if (since === "after the first answer") {
        await expect.poll(async () => (await ask(SUBMIT)).status).toBe(200);
        await own.kill();
      }
      await role.stop();
      await own.stop();
    },
  );
});
