import type { BatchContent, CallContext, Lane } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { authorization, percentEncode, sdkDate } from "../shared/huawei/signature.ts";
import { huaweiVod } from "./index.ts";
import recorded from "./vectors/huawei.json" with { type: "json" };

interface Vector {
  readonly id: string;
  readonly credentials: { readonly ak: string; readonly sk: string; readonly project_id?: string };
  readonly input: {
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly sent_query_string: string;
    readonly headers_signed: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly expected: { readonly authorization: string };
}

/** What the provider's own SDK made of the same inputs (see `generated_by` in the file). */
const vectors = recorded.vectors as unknown as readonly Vector[];

describe("SDK-HMAC-SHA256", () => {
  it.each(vectors)("signs as the provider's SDK does: $id", ({ credentials, input, expected }) => {
    const { "x-sdk-date": date = "", ...headers } = lowerCase(input.headers_signed);
    const url = `https://${input.host}${input.path}${input.sent_query_string === "" ? "" : "?"}${input.sent_query_string}`;
    delete headers.host;
    const parts = {
      method: input.method,
      url,
      headers: { ...headers, "x-sdk-date": date },
      body: input.body,
    };
    expect(authorization(parts, credentials.ak, credentials.sk)).toBe(expected.authorization);
  });

  it.each(vectors.filter(({ id }) => id !== "hw-00-doc-example"))(
    "encodes the operation to the SDK's bytes: $id",
    ({ credentials, input, expected }) => {
      const request = requestFor(input, contextOf(credentials));
      expect(request.method).toBe(input.method);
      expect(request.url).toBe(
        `https://${input.host}${input.path}${input.sent_query_string === "" ? "" : "?"}${input.sent_query_string}`,
      );
      expect(request.body ?? "").toBe(input.body);
      const { host: _host, ...sent } = lowerCase(input.headers_signed);
      expect(request.headers).toEqual({ ...sent, authorization: expected.authorization });
    },
  );

  it("signs the session token of temporary keys, and the port of an endpoint", () => {
    const { settings, ...call } = contextOf({ ak: "AK", sk: "SK", project_id: "p" });
    const credentials = {
      ...settings.credentials,
      securityToken: "temporary",
    } as typeof settings.credentials;
    const at = (endpoint: string) =>
      huaweiVod.encode(
        { lane: "purge-url", items: ["https://a.example.com/"], options: {} },
        { ...call, settings: { ...settings, endpoint, credentials } },
      ).headers;
    expect(at("http://127.0.0.1:9101").authorization).toContain(
      "SignedHeaders=content-type;host;x-project-id;x-sdk-date;x-security-token,",
    );
    expect(at("http://127.0.0.1:9101").authorization).not.toBe(at("http://127.0.0.1:9102").authorization);
  });

  it("writes dates and escapes as the signing guide does", () => {
    expect(sdkDate(Date.UTC(2026, 6, 1, 8, 15, 30, 999))).toBe("20260701T081530Z");
    expect(percentEncode("a b~-._!'()*é/")).toBe("a%20b~-._%21%27%28%29%2A%C3%A9%2F");
  });
});

function contextOf(credentials: Vector["credentials"]): CallContext {
  return {
    settings: {
      name: "hua",
      provider: "huawei-vod",
      endpoint: null,
      region: "cn-north-4",
      projectId: credentials.project_id ?? null,
      own: {},
      callbackKey: null,
      signature: null,
      credentials: {
        kind: "keys",
        accessKeyId: credentials.ak,
        accessKeySecret: credentials.sk,
        securityToken: null,
      },
    },
    nowMs: Date.UTC(2026, 6, 1, 8, 15, 30),
    nonce: "00112233445566778899aabbccddeeff",
    token: null,
  };
}

/** The vector's operation, as ours. */
function requestFor(input: Vector["input"], call: CallContext) {
  if (input.method === "GET") {
    const id = new URLSearchParams(input.sent_query_string).get("task_id") ?? "";
    return huaweiVod.poll.encode([{ call: "ShowRefreshResult", id }], call);
  }
  const body = JSON.parse(input.body) as { asset_id?: string; asset_id_list?: string[]; urls?: string[] };
  const isMedia = body.urls === undefined;
  const lane: Lane = input.path.endsWith("refresh")
    ? isMedia
      ? "purge-media"
      : "purge-url"
    : isMedia
      ? "prefetch-media"
      : "prefetch-url";
  const items = body.urls ?? body.asset_id_list ?? [body.asset_id ?? ""];
  return huaweiVod.encode({ lane, items: items as unknown as BatchContent["items"], options: {} }, call);
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
