import { afterEach, describe, expect, it } from "vitest";
import { type HealthOptions, healthServer } from "./health-server.ts";

const secret = "a-secret-of-some-length";
const healthy: HealthOptions = {
  stalled: () => [],
  ping: () => Promise.resolve(),
  render: () => Promise.resolve({ contentType: "text/plain", body: "purgeline_redis_up 1\n" }),
  tokens: null,
  onRequest: () => undefined,
};
let app = healthServer(healthy);
afterEach(() => app.close());

async function get(change: Partial<HealthOptions>, url: string, authorization?: string) {
  app = healthServer({ ...healthy, ...change });
  const reply = await app.inject({ url, headers: authorization === undefined ? {} : { authorization } });
  return { status: reply.statusCode, body: reply.body };
}

describe("a role's health", () => {
  it("is alive whatever Redis does, until a loop of its own stalls", async () => {
    const away = { ping: () => Promise.reject(new Error("away")) };
    expect(await get(away, "/livez")).toMatchObject({ status: 200 });
    expect(await get({ stalled: () => ["submit"] }, "/livez")).toMatchObject({
      status: 503,
      body: expect.stringContaining("submit"),
    });
  });

  it("is ready only while Redis takes writes", async () => {
    expect(await get({}, "/readyz")).toMatchObject({ status: 200 });
    expect(await get({ ping: () => Promise.reject(new Error("away")) }, "/readyz")).toMatchObject({
      status: 503,
    });
  });

  it("shows metrics to a token that may read, and to nobody else", async () => {
    const tokens = [
      { name: "prom", secret, allow: ["read" as const] },
      { name: "shop", secret: "another-long-secret", allow: ["purge" as const] },
    ];
    expect(await get({ tokens }, "/metrics")).toMatchObject({ status: 401 });
    expect(await get({ tokens }, "/metrics", "Bearer another-long-secret")).toMatchObject({ status: 401 });
    expect(await get({ tokens }, "/metrics", `Bearer ${secret}`)).toMatchObject({
      status: 200,
      body: "purgeline_redis_up 1\n",
    });
    expect(await get({}, "/metrics")).toMatchObject({ status: 200 });
  });
});
