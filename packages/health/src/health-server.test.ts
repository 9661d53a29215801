import { afterEach, describe, expect, it } from "vitest";
import { type HealthOptions, healthServer } from "./health-server.ts";

const secret = "a-secret-of-some-length";
const healthy: HealthOptions = {
  stalled: () => [],
  ping: () => Promise.resolve(),
  render: () => Promise.resolve({ contentType: "text/plain", body: "purgeline_redis_up 1\n" }),
  tokens: null,
  isOwnHost: (hostname) => hostname === "localhost",
  onRequest: () => undefined,
};
let app = healthServer(healthy);
afterEach(() => app.close());

async function get(
  change: Partial<HealthOptions>,
  url: string,
  authorization?: string,
  host = "localhost:9090",
) {
  app = healthServer({ ...healthy, ...change });
  const headers = { host, ...(authorization === undefined ? {} : { authorization }) };
  const reply = await app.inject({ url, headers });
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

  it("without tokens shows metrics under this machine's own names only", async () => {
    const rebound = await get({}, "/metrics", undefined, "evil.example.com");
    expect(rebound).toMatchObject({ status: 403, body: expect.stringContaining("foreign-host") });
    const tokens = [{ name: "prom", secret, allow: ["read" as const] }];
    const proxied = await get({ tokens }, "/metrics", `Bearer ${secret}`, "metrics.example.com");
    expect(proxied).toMatchObject({ status: 200 });
  });

  it("says that there is nothing elsewhere, and repeats nothing of what was asked", async () => {
    const lost = await get({}, `/nowhere?token=${secret}`);
    expect(lost).toMatchObject({ status: 404, body: expect.stringContaining("no-such-route") });
    expect(lost.body).not.toContain(secret);
  });
});
