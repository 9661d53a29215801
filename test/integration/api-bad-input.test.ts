import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiBundle, apiBundle } from "./api-bundle.ts";

let api: ApiBundle;
beforeAll(async () => {
  api = await apiBundle("intake: { maxBodyBytes: 400000 }");
});
afterAll(() => api.close());

// One connection at the front of all: what is refused leaves Redis as it was.
let before: number;
beforeEach(async () => {
  before = await api.stored();
});

const A = "https://www.example.com/a";
const PROBLEM = "application/problem+json";

async function refused(body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const answer = await api.call("POST", "/v1/intents", { body, headers });
  expect(answer.headers.get("content-type")).toBe(PROBLEM);
  expect(await api.stored()).toBe(before);
  expect(api.slots).toEqual([]);
  return answer;
}

describe("a body that cannot be read", () => {
  it.each([
    ["broken JSON", '{"op":', 400, "malformed-json"],
    ["no JSON at all", "purge it", 400, "malformed-json"],
    ["broken UTF-8", new Uint8Array([0x22, 0xff, 0x22]), 400, "malformed-json"],
    ["nothing", "", 400, "empty-body"],
    ["more than intake.maxBodyBytes", JSON.stringify("x".repeat(400_000)), 413, "body-too-large"],
  ])("%s", async (_name, body, status, code) => {
    const answer = await refused(body);
    expect(answer).toMatchObject({ status, body: { code, status, type: `urn:purgeline:problem:${code}` } });
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "application/xml"])(
    "sent as %s",
    async (type) => {
      const answer = await refused('{"op":"purge"}', { "content-type": type });
      expect(answer).toMatchObject({ status: 415, body: { code: "unsupported-media-type" } });
    },
  );

  it("a body that is too large or of another type is named, with what was expected", async () => {
    const big = await refused(JSON.stringify("x".repeat(400_000)));
    const detail = "The body has 400002 bytes; expected at most 400000 bytes.";
    expect(big.body.errors).toEqual([{ pointer: "", code: "body-too-large", value: "400002", detail }]);
    const text = await refused("op=purge", { "content-type": "text/plain" });
    expect(text.body.errors).toEqual([
      {
        pointer: "/headers/content-type",
        code: "unsupported-media-type",
        value: "text/plain",
        detail: "The body is text/plain; expected Content-Type: application/json.",
      },
    ]);
  });

  it("of a body in chunks, which tells no length, the limit is named", async () => {
    const chunked = new Request(`${api.origin}/v1/intents`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Blob(["x".repeat(400_001)]).stream(),
      duplex: "half",
    });
    const detail = "The body is too large; expected at most 400000 bytes.";
    expect(await (await fetch(chunked)).json()).toMatchObject({
      status: 413,
      errors: [{ pointer: "", code: "body-too-large", detail }],
    });
  });

  it("bytes that are not HTTP", async () => {
    const socket = connect(Number(new URL(api.origin).port), "127.0.0.1");
    socket.end("this is not HTTP\r\n\r\n");
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("an intent with faults is 422 with each one's code and pointer", () => {
  it.each<[string, unknown, readonly (readonly [pointer: string, code: string])[]]>([
    ["a number", 7, [["", "wrong-type"]]],
    ["null", "null", [["", "wrong-type"]]],
    [
      "no op, no targets",
      {},
      [
        ["/op", "missing"],
        ["", "no-targets"],
      ],
    ],
    [
      "wrong types",
      { op: 1, urls: "x", labels: [] },
      [
        ["/op", "wrong-type"],
        ["/urls", "wrong-type"],
        ["/labels", "wrong-type"],
      ],
    ],
    ["an empty list", { op: "purge", urls: [] }, [["/urls", "empty-list"]]],
    [
      "10,001 targets",
      { op: "purge", urls: Array.from({ length: 10_001 }, (_, n) => `https://a.example.com/${n}`) },
      [["/urls", "too-many-targets"]],
    ],
    ["no http", { op: "purge", urls: [A, "ftp://www.example.com/a"] }, [["/urls/1", "url-scheme"]]],
    [
      "credentials",
      { op: "purge", urls: ["https://u:p@www.example.com/a"] },
      [["/urls/0", "url-credentials"]],
    ],
    ["a fragment", { op: "purge", urls: [`${A}#x`] }, [["/urls/0", "url-fragment"]]],
    [
      "too long for the lane",
      { op: "prefetch", urls: [A.padEnd(1_025, "x")] },
      [["/urls/0", "url-too-long"]],
    ],
    ["an unknown host", { op: "purge", urls: ["https://example.org/a"] }, [["/urls/0", "unknown-host"]]],
    [
      "a directory without its slash",
      { op: "purge", directories: [A] },
      [["/directories/0", "directory-slash"]],
    ],
    [
      "prefetch of a directory",
      { op: "prefetch", directories: [`${A}/`] },
      [["/directories/0", "not-prefetchable"]],
    ],
    ["media without account", { op: "purge", media: ["m"] }, [["/media/0", "account-required"]]],
    [
      "account and accounts",
      { op: "purge", urls: [A], account: "ali", accounts: ["ali"] },
      [["/account", "account-and-accounts"]],
    ],
    [
      "an unknown field, its name a path",
      { op: "purge", urls: [A], "a/b~c": 1 },
      [["/a~1b~0c", "unknown-field"]],
    ],
    [
      "an option that no matched provider has",
      { op: "purge", urls: [A], options: { "alibaba-vod": {} } },
      [["/options/alibaba-vod", "option-unmatched"]],
    ],
  ])("%s", async (_name, body, expected) => {
    const answer = await refused(body);
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid-intent" } });
    expect(answer.body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code])).toEqual(
      expected,
    );
  });

  it("the query of a faulty URL is not repeated", async () => {
    const answer = await refused({ op: "purge", urls: ["https://example.org/a?signature=s3cret"] });
    expect(answer.body.errors[0]).toMatchObject({
      value: "https://example.org/a?…",
      detail: expect.any(String),
    });
    expect(JSON.stringify(answer.body)).not.toContain("s3cret");
  });

  it("a refused body leaves its Idempotency-Key free", async () => {
    await refused({ op: "purge", urls: ["x"] }, { "idempotency-key": "k1" });
  });

  it("an Idempotency-Key with a space is 400", async () => {
    const answer = await refused({ op: "purge", urls: [A] }, { "idempotency-key": "a b" });
    expect(answer.body).toMatchObject({
      status: 400,
      code: "invalid-parameter",
      errors: [{ pointer: "/headers/idempotency-key", code: "invalid-parameter", value: "a b" }],
    });
  });
});

describe("requests that miss", () => {
  it.each([
    ["GET", "/v1/nothing", 404, "no-such-route"],
    ["POST", "/", 404, "no-such-route"],
    ["GET", "/v1/intents/int_none", 404, "no-such-intent"],
    ["GET", "/v1/intents/1", 404, "no-such-intent"],
    ["GET", "/v1/intents/int_none/targets", 404, "no-such-intent"],
    ["POST", "/v1/intents/int_none/cancel", 404, "no-such-intent"],
    ["POST", "/v1/intents/int_none/retry", 404, "no-such-intent"],
    ["POST", "/v1/accounts/nobody/pause", 404, "no-such-account"],
    ["POST", "/v1/accounts/nobody/resume", 404, "no-such-account"],
    ["GET", "/v1/intents/int_none?wait=61", 400, "invalid-parameter"],
    ["GET", "/v1/intents/int_none?wait=soon", 400, "invalid-parameter"],
    ["GET", "/v1/intents/int_none?wait=-1", 400, "invalid-parameter"],
    ["GET", "/v1/intents?state=done", 400, "invalid-parameter"],
    ["GET", "/v1/intents?label=release", 400, "invalid-parameter"],
    ["GET", "/v1/intents?since=yesterday", 400, "invalid-parameter"],
    ["GET", "/v1/intents?limit=0", 400, "invalid-parameter"],
    ["GET", "/v1/intents?limit=101", 400, "invalid-parameter"],
    ["GET", "/v1/intents?cursor=zz", 400, "invalid-parameter"],
    ["GET", "/v1/intents/int_1/targets?cursor=zzz", 400, "invalid-parameter"],
    ["GET", "/v1/intents?page=2", 400, "invalid-parameter"],
    ["GET", "/v1/%zz", 400, "bad-request"],
  ])("%s %s is %i %s", async (method, path, status, code) => {
    const answer = await api.call(method, path);
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.headers.get("content-type")).toBe(PROBLEM);
  });

  it.each([
    ["DELETE", "/v1/intents", "GET, HEAD, POST"],
    ["PUT", "/v1/intents/int_1", "GET, HEAD"],
    ["GET", "/v1/intents/int_1/cancel", "POST"],
    ["OPTIONS", "/v1/accounts/ali/pause", "POST"],
    ["POST", "/livez", "GET, HEAD"],
  ])("%s %s is 405 and names what is allowed", async (method, path, allow) => {
    const answer = await api.call(method, path);
    expect(answer).toMatchObject({ status: 405, body: { code: "method-not-allowed" } });
    expect(answer.headers.get("allow")).toBe(allow);
  });

  it.each([
    ["DELETE", "/v1/intents", "", 405],
    ["PUT", "/v1/intents/int_1", "{", 405],
    ["POST", "/v1/accounts/ali/stop", "", 404],
    ["POST", "/v1/nothing", "{", 404],
  ])(
    "%s %s with %j for JSON is %i: the route is told before the body",
    async (method, path, body, status) => {
      const headers = { "content-type": "application/json" };
      expect(await api.call(method, path, { headers, body })).toMatchObject({ status });
    },
  );

  it("a body where none belongs, of any type, is no fault of a route that is not there", async () => {
    const answer = await api.call("POST", "/v1/nothing", { headers: { "content-type": "x/y" }, body: "z" });
    expect(answer).toMatchObject({ status: 404, body: { code: "no-such-route" } });
  });

  it("a parameter that is not known is named", async () => {
    const { body } = await api.call("GET", "/v1/intents?page=2");
    const detail =
      "there is no such parameter; expected one of state, account, label, token, since, cursor, limit";
    expect(body.errors).toEqual([{ pointer: "/query/page", code: "unknown-parameter", detail }]);
  });

  it.each([
    [
      "state=foo",
      "foo",
      "expected one of accepted, running, confirmed, cancelled, partial, failed, unconfirmed",
    ],
    ["limit=0", "0", "expected a whole number from 1 to 100"],
    ["limit=many", "many", "expected a whole number from 1 to 100"],
    ["limit=", "", "expected a whole number from 1 to 100"],
    ["label=release", "release", 'expected "name:value", at most 16 times'],
    ["label=a:1&label=b", '["a:1","b"]', 'expected "name:value", at most 16 times'],
    [
      `label=${Array.from({ length: 17 }, () => "a:1").join("&label=")}`,
      `[${'"a:1",'.repeat(10)}…]`,
      'expected "name:value", at most 16 times',
    ],
    ["account=ali&account=video", '["ali","video"]', "given 2 times; expected it once"],
    ["state=failed&state=partial", '["failed","partial"]', "given 2 times; expected it once"],
    ["since=yesterday", "yesterday", "expected an RFC 3339 time"],
    ["cursor=zz", "zz", "expected the nextCursor of a page"],
  ])("a list with %s is refused with its value and what was expected", async (query, value, detail) => {
    const { body } = await api.call("GET", `/v1/intents?${query}`);
    const pointer = `/query/${query.split("=")[0]}`;
    expect(body.errors).toEqual([{ pointer, code: "invalid-parameter", value, detail }]);
  });

  it("every faulty parameter is told at once", async () => {
    const { body } = await api.call("GET", "/v1/intents?state=foo&limit=0&page=2");
    const pointers = body.errors.map(({ pointer }: Record<string, string>) => pointer);
    expect(pointers.sort()).toEqual(["/query/limit", "/query/page", "/query/state"]);
  });
});
