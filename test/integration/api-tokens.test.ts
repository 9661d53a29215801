import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiBundle, apiBundle, TOKENS } from "./api-bundle.ts";

const SHOP = "shop-secret";
const FEED = "feed-secret";
const EYE = "eye-secret";
const OPS = "ops-secret";
const A = "https://www.example.com/a";

describe("with tokens", () => {
  let api: ApiBundle;
  let shopIntent: string;
  let opsIntent: string;
  beforeAll(async () => {
    api = await apiBundle(TOKENS);
    const post = async (token: string, body: unknown) =>
      (await api.call("POST", "/v1/intents", { token, body })).body.id;
    shopIntent = await post(SHOP, { op: "purge", urls: [A] });
    opsIntent = await post(OPS, { op: "purge", urls: [A, "https://t.example.org/"] });
  });
  afterAll(() => api.close());

  it.each([
    ["no token", {}, 'Bearer realm="purgeline"'],
    ["an unknown token", { token: "shop-secre" }, 'Bearer realm="purgeline", error="invalid_token"'],
    ["an empty token", { headers: { authorization: "Bearer " } }, 'Bearer realm="purgeline"'],
    [
      "Basic, which /v1 does not take",
      { headers: { authorization: `Basic ${btoa(`ops:${OPS}`)}` } },
      'Bearer realm="purgeline"',
    ],
  ])(
    "%s is 401 everywhere under /v1, with a challenge, and nothing is stored",
    async (_name, how, challenge) => {
      const before = await api.stored();
      for (const [method, path] of [
        ["POST", "/v1/intents"],
        ["GET", "/v1/intents"],
        ["GET", `/v1/intents/${shopIntent}`],
        ["GET", `/v1/intents/${shopIntent}/targets`],
        ["POST", `/v1/intents/${shopIntent}/cancel`],
        ["POST", `/v1/intents/${shopIntent}/retry`],
        ["GET", "/v1/accounts"],
        ["POST", "/v1/accounts/ali/pause"],
        ["POST", "/v1/accounts/ali/resume"],
      ] as const) {
        const body = path === "/v1/intents" && method === "POST" ? { op: "purge", urls: [A] } : undefined;
        const answer = await api.call(method, path, { ...how, body });
        expect([path, answer.status, answer.headers.get("www-authenticate")]).toEqual([path, 401, challenge]);
        expect(answer.body.code).toBe("unauthorized");
      }
      expect(await api.stored()).toBe(before);
    },
  );

  it("the scheme's letter case does not count", async () => {
    expect(
      (await api.call("GET", "/v1/intents", { headers: { authorization: `bEaReR ${EYE}` } })).status,
    ).toBe(200);
  });

  it.each<[string, string, unknown, readonly (readonly [string, string])[]]>([
    ["another op", SHOP, { op: "prefetch", urls: [A] }, [["/op", "token-verb"]]],
    ["a directory", SHOP, { op: "purge", directories: [`${A}/`] }, [["/directories", "token-verb"]]],
    ["urgent", SHOP, { op: "purge", urls: [A], priority: "urgent" }, [["/priority", "token-verb"]]],
    [
      "hosts outside, each one",
      SHOP,
      { op: "purge", urls: [A, "https://t.example.org/1", "https://x.org/2"] },
      [
        ["/urls/1", "token-host"],
        ["/urls/2", "token-host"],
      ],
    ],
    [
      "an account outside",
      SHOP,
      { op: "purge", urls: ["https://shared.example.com/"], account: "tencent" },
      [["/account", "token-account"]],
    ],
    ["nothing but read", EYE, { op: "purge", urls: [A] }, [["/op", "token-verb"]]],
  ])("%s is 403 with every target outside, and nothing is stored", async (_name, token, body, expected) => {
    const before = await api.stored();
    const answer = await api.call("POST", "/v1/intents", { token, body });
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(answer.body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code])).toEqual(
      expected,
    );
    expect(await api.stored()).toBe(before);
  });

  it("a token that is limited to accounts gets legs in those alone", async () => {
    const body = { op: "purge", urls: ["https://shared.example.com/"] };
    const accounts = async (token: string) => {
      const { id } = (await api.call("POST", "/v1/intents", { token, body })).body;
      const receipt = await api.call("GET", `/v1/intents/${id}`, { token });
      return receipt.body.accounts.map(({ account }: Record<string, string>) => account);
    };
    expect(await accounts(SHOP)).toEqual(["ali"]);
    expect(await accounts(OPS)).toEqual(["ali", "tencent"]);
  });

  it("an intent outside a token's reach does not exist for it", async () => {
    const status = async (token: string, id: string) =>
      (await api.call("GET", `/v1/intents/${id}`, { token })).status;
    expect([await status(SHOP, shopIntent), await status(SHOP, opsIntent)]).toEqual([200, 404]);
    expect([await status(EYE, shopIntent), await status(EYE, opsIntent)]).toEqual([200, 200]);
    expect([await status(FEED, shopIntent), await status(FEED, opsIntent)]).toEqual([404, 404]);
    const listed = async (token: string) =>
      (await api.call("GET", "/v1/intents", { token })).body.items.map(
        ({ id }: Record<string, string>) => id,
      );
    expect(await listed(SHOP)).not.toContain(opsIntent);
    expect(await listed(FEED)).toEqual([]);
    expect(await listed(OPS)).toEqual(expect.arrayContaining([shopIntent, opsIntent]));
  });

  it("only its creator and admin change an intent", async () => {
    const cancel = async (token: string) =>
      (await api.call("POST", `/v1/intents/${opsIntent}/cancel`, { token })).status;
    expect([await cancel(EYE), await cancel(SHOP), await cancel(OPS)]).toEqual([403, 404, 200]);
  });

  it("only admin pauses, and whoever may not is not told which accounts there are", async () => {
    const pause = async (token: string, name: string) =>
      (await api.call("POST", `/v1/accounts/${name}/pause`, { token })).status;
    expect([await pause(EYE, "ali"), await pause(EYE, "nobody")]).toEqual([403, 403]);
    expect([await pause(OPS, "video"), await pause(OPS, "nobody")]).toEqual([200, 404]);
  });

  it("accounts are shown to read, within the token's accounts", async () => {
    const shown = async (token: string) => {
      const { status, body } = await api.call("GET", "/v1/accounts", { token });
      return [status, ...(body.items ?? []).map(({ account }: Record<string, string>) => account)];
    };
    expect(await shown(FEED)).toEqual([403]);
    const detail = 'The token feed is not allowed "read"; it is allowed prefetch.';
    expect((await api.call("GET", "/v1/accounts", { token: FEED })).body).toMatchObject({
      detail,
      errors: [{ pointer: "/headers/authorization", code: "token-verb", detail }],
    });
    expect(await shown(SHOP)).toEqual([200, "ali"]);
    expect(await shown(OPS)).toEqual([200, "ali", "tencent", "video"]);
  });

  it.each(["/metrics", "/openapi.json", "/docs", "/docs/static/index.css"])(
    "%s needs read, and takes Basic too",
    async (path) => {
      const status = async (authorization?: string) =>
        (await api.call("GET", path, authorization === undefined ? {} : { headers: { authorization } }))
          .status;
      expect(await status()).toBe(401);
      expect(await status(`Bearer ${FEED}`)).toBe(403);
      expect(await status(`Bearer ${EYE}`)).toBe(200);
      expect(await status(`Basic ${btoa(`eye:${EYE}`)}`)).toBe(200);
      expect(await status(`Basic ${btoa(`ops:${EYE}`)}`)).toBe(401);
      const { headers } = await api.call("GET", path);
      // In this order, or Chromium does not ask for a name and a password.
      expect(headers.get("www-authenticate")).toBe(
        'Basic realm="purgeline", charset="UTF-8", Bearer realm="purgeline"',
      );
    },
  );

  it("health is open", async () => {
    expect((await api.call("GET", "/livez")).status).toBe(200);
    expect((await api.call("GET", "/readyz")).status).toBe(200);
  });

  it("no secret is in any answer", async () => {
    const answers = await Promise.all(
      ["/v1/accounts", "/v1/intents", "/metrics", "/openapi.json"].map((path) =>
        api.call("GET", path, { token: OPS }),
      ),
    );
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toMatch(/-secret|accessKey/);
  });
});

describe("without tokens", () => {
  let api: ApiBundle;
  beforeAll(async () => {
    api = await apiBundle();
  });
  afterAll(() => api.close());

  /** fetch does not let its user choose a Host. */
  function statusWith(path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const sent = request(`${api.origin}${path}`, { method: "POST", headers }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      });
      sent.on("error", reject).end();
    });
  }

  it("whoever reaches loopback may do everything, as `local`", async () => {
    const { body } = await api.call("POST", "/v1/intents", { body: { op: "purge", urls: [A] } });
    const receipt = await api.call("GET", `/v1/intents/${body.id}`);
    expect(receipt.body.createdBy).toBe("local");
  });

  it.each([
    "POST /v1/accounts/ali/resume HTTP/1.1\r\nHost:",
    "GET /v1/intents HTTP/1.1\r\nHost: :8080",
    "GET /v1/accounts HTTP/1.0",
    "GET /openapi.json HTTP/1.1\r\nHost:",
    "GET /docs/ HTTP/1.1\r\nHost:",
    "GET /metrics HTTP/1.1\r\nHost:",
  ])("%j, whose Host is empty, is refused as a foreign one", async (head) => {
    const socket = connect(Number(new URL(api.origin).port), "127.0.0.1");
    socket.end(`${head}\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain("foreign-host");
  });

  it.each([
    [{ host: "evil.example" }, 403],
    [{ host: "127.0.0.1.evil.example" }, 403],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ host: "localhost:1" }, 200],
    [{ host: "[::1]" }, 200],
  ])("a request with %j is answered %i", async (headers, status) => {
    expect(await statusWith("/v1/accounts/ali/resume", headers)).toBe(status);
  });
});
