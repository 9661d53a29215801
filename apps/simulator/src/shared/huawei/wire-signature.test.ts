import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { WireRequest } from "../../kernel/index.ts";
import { claimOf, whyNotSigned } from "./wire-signature.ts";

interface Vector {
  readonly id: string;
  readonly credentials: { readonly sk: string };
  readonly input: {
    readonly method: string;
    readonly path: string;
    readonly sent_query_string: string;
    readonly headers_signed: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly expected: { readonly authorization: string };
}

/** Recorded from the provider's own SDK, which sends bytes like these. */
const file = new URL("../../../../../packages/providers/src/huawei-vod/vectors/huawei.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { readonly vectors: readonly Vector[] };

function wire({ input, expected }: Vector, change: Partial<WireRequest> = {}): WireRequest {
  const headers = Object.entries({ ...input.headers_signed, authorization: expected.authorization });
  return {
    method: input.method,
    path: input.path,
    query: input.sent_query_string,
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(input.body),
    ...change,
  };
}

function check(request: WireRequest, secret: string): string | null {
  const claim = claimOf(request);
  if (claim === null) return "no claim";
  return whyNotSigned(request, claim, secret, () => 0);
}

describe("the gateway's check of a signature", () => {
  it.each(vectors)("takes what the SDK sends: $id", (vector) => {
    expect(check(wire(vector), vector.credentials.sk)).toBeNull();
  });

  it.each(vectors)("refuses it with any part changed: $id", (vector) => {
    const { sk } = vector.credentials;
    const { headers, path, query, method } = wire(vector);
    const changes: readonly Partial<WireRequest>[] = [
      { method: method === "GET" ? "POST" : "GET" },
      { path: `${path}x` },
      { query: `${query}&y=1` },
      { body: Buffer.from("{}") },
      { headers: { ...headers, host: "127.0.0.1:9101" } },
      { headers: { ...headers, authorization: (headers.authorization ?? "").replace("content-type;", "") } },
    ];
    for (const change of changes)
      expect(check(wire(vector, change), sk)).toContain("verify aksk signature fail");
    expect(check(wire(vector), `${sk}x`)).toContain("verify aksk signature fail");
  });

  it("signs the body of a GET, too, as older SDKs send one", () => {
    const [vector] = vectors.filter(({ input }) => input.method === "GET");
    if (vector === undefined) throw new Error("no GET among the vectors");
    const bodied = wire(vector, { body: Buffer.from("{}") });
    expect(check(bodied, vector.credentials.sk)).toContain("verify aksk signature fail");
  });

  it.each(["", "Basic abc", "SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=c", "%"])(
    "reads no claim from %j",
    (authorization) => {
      const [vector] = vectors;
      if (vector === undefined) throw new Error("no vectors");
      expect(claimOf(wire(vector, { headers: { authorization } }))).toBeNull();
    },
  );
});
