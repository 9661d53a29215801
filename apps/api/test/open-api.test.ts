import { loadConfig } from "@purgeline/config";
import { intakeOf } from "@purgeline/engine";
import { providers } from "@purgeline/providers";
import { createLogger, createMetrics } from "@purgeline/telemetry";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { createApi } from "../src/create-api.ts";
import { type OpenIntake, openIntake } from "../src/open-intake.ts";
import { accountListSchema, accountSchema } from "../src/schemas/account.ts";
import {
  acceptedSchema,
  changedSchema,
  intentPageSchema,
  receiptSchema,
  targetPageSchema,
} from "../src/schemas/intent.ts";
import { intentBodySchema } from "../src/schemas/intent-body.ts";
import { planSchema } from "../src/schemas/plan.ts";
import { problemSchema } from "../src/schemas/problem.ts";

const CONFIG = `
accounts:
  - { name: ali, provider: alibaba-cdn, credentials: { ak: id, sk: secret }, hosts: ["*.example.com"] }
  - { name: vod, provider: alibaba-vod, region: cn-shanghai, credentials: { ak: id, sk: secret } }
`;
const A = "https://www.example.com/a";

let redis: RedisServer;
let opened: OpenIntake;
let app: FastifyInstance;
beforeAll(async () => {
  redis = await startRedis();
  const loaded = loadConfig(CONFIG, {}, providers);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const log = createLogger({ level: "error", role: "api", pretty: false });
  const metrics = createMetrics({ version: "1.2.3" });
  const intake = intakeOf(config.accounts, providers);
  const target = { kind: "socket", path: redis.path, prefix: "doc" } as const;
  opened = await openIntake(config, intake, { redis: target, configuredAtMs: 1, log, metrics });
  app = await createApi({
    ...opened,
    intake,
    tokens: null,
    maxBodyBytes: 1_000_000,
    intentsMs: config.history.intentsMs,
    publicUrl: null,
    version: "1.2.3",
    log,
    metrics,
    signal: new AbortController().signal,
  });
});
afterAll(async () => {
  await app.close();
  await opened.close();
  await redis.stop();
});

async function call(method: "GET" | "POST", url: string, payload?: object) {
  const reply = await app.inject({ method, url, ...(payload === undefined ? {} : { payload }) });
  const isJson = /json/.test(String(reply.headers["content-type"]));
  return { status: reply.statusCode, headers: reply.headers, body: isJson ? reply.json() : reply.body };
}

describe("the OpenAPI document", () => {
  it("is a valid one of version 3.1", async () => {
    const { body } = await call("GET", "/openapi.json");
    expect(body.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(body);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it("lists every route, and no other", async () => {
    const { body } = await call("GET", "/openapi.json");
    const listed = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual([
      "GET /livez",
      "GET /metrics",
      "GET /readyz",
      "GET /v1/accounts",
      "GET /v1/intents",
      "GET /v1/intents/{id}",
      "GET /v1/intents/{id}/targets",
      "POST /v1/accounts/{name}/pause",
      "POST /v1/accounts/{name}/resume",
      "POST /v1/callbacks/{account}",
      "POST /v1/intents",
      "POST /v1/intents/{id}/cancel",
      "POST /v1/intents/{id}/retry",
      "POST /v1/plan",
    ]);
  });

  it("says of every answer what the API really sends, to the last member", async () => {
    const posted = await call("POST", "/v1/intents", { op: "purge", urls: [A], labels: { a: "b" } });
    const { id } = posted.body;
    const held = { op: "purge", urls: [`${A}/2`], notBefore: "2100-01-01T00:00:00Z" };
    const waiting = await call("POST", "/v1/intents", held);
    const cases: readonly (readonly [number, z.ZodType, Awaited<ReturnType<typeof call>>])[] = [
      [202, acceptedSchema, posted],
      [200, receiptSchema, await call("GET", `/v1/intents/${id}`)],
      [200, receiptSchema, await call("GET", `/v1/intents/${waiting.body.id}`)],
      [200, targetPageSchema, await call("GET", `/v1/intents/${id}/targets`)],
      [200, intentPageSchema, await call("GET", "/v1/intents")],
      [200, changedSchema, await call("POST", `/v1/intents/${id}/cancel`)],
      [200, changedSchema, await call("POST", `/v1/intents/${id}/retry`)],
      [200, planSchema, await call("POST", "/v1/plan", { op: "purge", urls: [A] })],
      [200, accountListSchema, await call("GET", "/v1/accounts")],
      [200, accountSchema, await call("POST", "/v1/accounts/ali/pause")],
      [200, accountSchema, await call("POST", "/v1/accounts/ali/resume")],
      [422, problemSchema, await call("POST", "/v1/intents", { op: "purge", urls: ["x"] })],
      [404, problemSchema, await call("GET", "/v1/intents/int_none")],
    ];
    for (const [status, schema, answer] of cases) {
      expect(answer.status).toBe(status);
      expect(schema.safeParse(answer.body).error?.issues ?? []).toEqual([]);
    }
    expect((await call("GET", "/livez")).body).toEqual({ status: "live" });
    expect((await call("GET", "/readyz")).body).toEqual({ status: "ready" });
    expect((await call("GET", "/metrics")).headers["content-type"]).toMatch(/^text\/plain/);
  });

  it.each<[string, object]>([
    ["the least", { op: "purge", urls: [A] }],
    ["an account", { op: "prefetch", media: ["m"], account: "vod" }],
    [
      "everything",
      {
        op: "purge",
        urls: [A],
        directories: [`${A}/`],
        accounts: ["ali"],
        priority: "urgent",
        options: { strength: "hard" },
        notBefore: "2026-01-01T00:00:00.5+01:00",
        labels: { release: "7" },
      },
    ],
  ])("takes a body that the API takes: %s", async (_name, body) => {
    expect(intentBodySchema.safeParse(body).success).toBe(true);
    expect((await call("POST", "/v1/intents", body)).status).toBe(202);
  });

  it.each<[string, object]>([
    ["no op", { urls: [A] }],
    ["another op", { op: "burn", urls: [A] }],
    ["an empty list", { op: "purge", urls: [] }],
    ["an empty target", { op: "purge", urls: [""] }],
    ["an unknown field", { op: "purge", urls: [A], ttl: 1 }],
    ["a priority", { op: "purge", urls: [A], priority: "high" }],
    ["a strength", { op: "purge", urls: [A], options: { strength: "firm" } }],
    ["a time", { op: "purge", urls: [A], notBefore: "tomorrow" }],
    ["a label's name", { op: "purge", urls: [A], labels: { "A b": "x" } }],
    ["a label's value", { op: "purge", urls: [A], labels: { a: 1 } }],
    ["accounts without one", { op: "purge", urls: [A], accounts: [] }],
  ])("refuses a body that the API refuses: %s", async (_name, body) => {
    expect(intentBodySchema.safeParse(body).success).toBe(false);
    expect((await call("POST", "/v1/intents", body)).status).toBe(422);
  });
});

describe("/docs", () => {
  it("shows the document without asking any other host", async () => {
    const page = await call("GET", "/docs/");
    expect(page.status).toBe(200);
    expect(page.headers["content-security-policy"]).not.toMatch(/https?:|swagger\.io/);
    const files = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = ""]) => file);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file).not.toMatch(/^(?:[a-z]+:)?\/\//);
      const { status } = await call("GET", new URL(file, "http://x/docs/").pathname);
      expect([file, status]).toEqual([file, 200]);
    }
    const start = await call("GET", "/docs/static/swagger-initializer.js");
    expect(start.body).toMatch(/"validatorUrl": ?null/);
    expect((await call("GET", "/docs/json")).body).toEqual((await call("GET", "/openapi.json")).body);
  });
});
