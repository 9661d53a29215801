import type { AccountSettings, CallContext } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { acs3Authorization, sha256Hex } from "./acs3.ts";
import { rpcSignature } from "./rpc.ts";
import { type ApiCall, signedRequest } from "./signed-request.ts";
import { testAccount } from "./test-account.ts";
import file from "./vectors/alibaba.json" with { type: "json" };

type Texts = Readonly<Record<string, string>>;

/** Made by the official SDKs with clock and nonce fixed, or published by the vendor (`source` in the file). */
interface Vector {
  readonly name: string;
  readonly scheme: string;
  readonly apiParams: Readonly<Record<string, unknown>>;
  readonly method: string;
  readonly host: string;
  readonly query: Texts;
  readonly headers: Texts;
  readonly body: string;
  readonly expected: { readonly authorization?: string; readonly signature: string };
}

const vectors = file.vectors as unknown as readonly Vector[];
const published = file.publishedExamples as unknown as readonly (Vector & {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
})[];
const keys = { accessKeyId: file.fixed.accessKeyId, accessKeySecret: file.fixed.accessKeySecret };
const isAcs3 = (vector: Vector): boolean => vector.scheme === "ACS3-HMAC-SHA256";
const post = (vector: Vector): "GET" | "POST" => (vector.method === "GET" ? "GET" : "POST");

describe("signature version 3", () => {
  it.each(vectors.filter(isAcs3))("signs $name as the official SDK does", (vector) => {
    expect(sha256Hex(vector.body)).toBe(vector.headers["x-acs-content-sha256"]);
    const authorization = acs3Authorization({ ...vector, method: post(vector) }, keys);
    expect(authorization).toBe(vector.expected.authorization);
  });

  it.each(published.filter(isAcs3))("signs the vendor's published example $name", (vector) => {
    expect(acs3Authorization({ ...vector, method: post(vector) }, vector)).toBe(
      vector.expected.authorization,
    );
  });
});

describe("RPC signature version 1", () => {
  it.each(published.filter((vector) => !isAcs3(vector)))("signs the vendor's example $name", (vector) => {
    const signature = rpcSignature(post(vector), vector.query, vector.accessKeySecret);
    expect(signature).toBe(vector.expected.signature);
  });

  it.each(vectors.filter((vector) => !isAcs3(vector)))("signs $name as the official SDK does", (vector) => {
    const form = Object.fromEntries(new URLSearchParams(vector.body));
    const signature = rpcSignature(post(vector), { ...vector.query, ...form }, keys.accessKeySecret);
    expect(signature).toBe(vector.expected.signature);
  });
});

describe("a signed request", () => {
  const settings = testAccount("alibaba-cdn", {
    region: null,
    credentials: { kind: "keys", ...keys, securityToken: null },
  });
  const call: CallContext = {
    settings,
    nowMs: Date.parse(file.fixed.date),
    nonce: file.fixed.nonce,
    token: null,
  };

  it.each(vectors.filter(isAcs3))("of $name has the official SDK's headers, body and signature", (vector) => {
    const isSts = vector.headers["x-acs-security-token"] !== undefined;
    const credentials = { ...settings.credentials, securityToken: isSts ? file.fixed.securityToken : null };
    const request = signedRequest(apiCall(vector), {
      ...call,
      settings: { ...settings, credentials } as AccountSettings,
    });
    const { authorization, ...headers } = request.headers;
    expect(headers).toEqual(vector.headers);
    expect(authorization).toBe(vector.expected.authorization);
    expect(request.body ?? "").toBe(vector.body);
    expect(Object.fromEntries(new URL(request.url).searchParams)).toEqual(vector.query);
  });

  it.each(vectors.filter((vector) => !isAcs3(vector)))(
    "of $name has the official SDK's parameters, all in the form",
    (vector) => {
      const request = signedRequest(apiCall(vector), {
        ...call,
        settings: { ...settings, signature: "rpc" },
      });
      const form = new URLSearchParams(request.body ?? "");
      expect(Object.fromEntries(form)).toEqual({
        ...vector.query,
        ...Object.fromEntries(new URLSearchParams(vector.body)),
        Signature: vector.expected.signature,
      });
      expect(request.url).toBe(`https://${vector.host}/`);
    },
  );

  it.each(["acs3", "rpc"])("keeps a session token out of the URL (%s)", (signature) => {
    const credentials = { kind: "keys", ...keys, securityToken: "session-token" } as const;
    const api: ApiCall = {
      action: "DescribeRefreshTaskById",
      version: "2018-05-10",
      host: "cdn.aliyuncs.com",
      method: "POST",
      place: "query",
      params: { TaskId: "1" },
    };
    const request = signedRequest(api, { ...call, settings: { ...settings, signature, credentials } });
    expect(request.url).not.toContain("session-token");
    expect(JSON.stringify(request)).toContain("session-token");
  });

  it.each(["http://127.0.0.1:9101", "https://proxy.example.com", "http://[::1]:81"])(
    "goes to the endpoint %s, whose host and port it signs",
    (endpoint) => {
      const vector = vectors[0];
      if (vector === undefined) throw new Error("no vectors");
      const request = signedRequest(apiCall(vector), { ...call, settings: { ...settings, endpoint } });
      expect(new URL(request.url).origin).toBe(endpoint);
      expect(request.headers.host).toBe(new URL(endpoint).host);
      const { authorization, ...headers } = request.headers;
      expect(authorization).toBe(acs3Authorization({ method: "POST", query: {}, headers }, keys));
    },
  );
});

function apiCall(vector: Vector): ApiCall {
  const sent = vector.body === "" ? vector.query : Object.fromEntries(new URLSearchParams(vector.body));
  const version = vector.headers["x-acs-version"] ?? "";
  const action = vector.headers["x-acs-action"] ?? "";
  const place = vector.body === "" ? "query" : "form";
  return { action, version, host: vector.host, method: post(vector), place, params: sent };
}
