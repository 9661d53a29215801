import type { CallContext, HttpRequest, Lane } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Keys } from "./ask.ts";
import { coreSdk, dara } from "./sdks.ts";
import { type Product, settingsOf } from "./settings.ts";

const { OpenApiUtil } = coreSdk;
const ACS3 = "ACS3-HMAC-SHA256";

/** Any text but half of a surrogate pair, on which the SDK throws and which no target may have. */
const text = fc.string({ unit: "binary", minLength: 1 });
/** What may stand in a header: a session token is one. */
const headerText = fc.string({ unit: "grapheme-ascii", minLength: 1 }).map((value) => `x${value}x`);

const keys = fc.record({
  kind: fc.constant("keys" as const),
  accessKeyId: headerText,
  accessKeySecret: text,
  securityToken: fc.option(headerText),
});
interface Given {
  readonly credentials: Keys;
  readonly nowMs: number;
  readonly nonce: string;
}

const call: fc.Arbitrary<Given> = fc.record({
  credentials: keys,
  nowMs: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2099, 0) }),
  nonce: fc.stringMatching(/^[0-9a-f]{32}$/),
});
const items = fc
  .tuple(text, fc.array(text, { maxLength: 5 }))
  .map(([first, rest]) => [first, ...rest] as const);

const lanes = (["alibaba-cdn", "alibaba-vod"] as const).flatMap((product) => {
  const provider = providers.get(product);
  if (provider === undefined) throw new Error(`${product} is not registered`);
  const table = provider.table(settingsOf(product));
  return (Object.keys(table.lanes) as Lane[]).map((lane) => [product, lane, provider] as const);
});

describe.each(lanes)("%s on %s, whatever the items, keys and tokens are", (product, lane, provider) => {
  it("hashes, signs and writes the form as the SDK's own functions do (acs3)", () => {
    fc.assert(
      fc.property(items, call, (batch, given) => {
        const { accessKeyId, accessKeySecret } = given.credentials;
        const request = provider.encode(
          { lane, items: batch, options: {} },
          contextOf(product, "acs3", given),
        );
        const { authorization, ...headers } = request.headers;
        const payload = OpenApiUtil.hash(Buffer.from(request.body ?? "", "utf8"), ACS3).toString("hex");
        expect(headers["x-acs-content-sha256"]).toBe(payload);
        const theirs = Object.assign(new dara.Request(), {
          method: request.method,
          pathname: "/",
          query: Object.fromEntries(new URL(request.url).searchParams),
          headers,
        });
        expect(authorization).toBe(
          OpenApiUtil.getAuthorization(theirs, ACS3, payload, accessKeyId, accessKeySecret),
        );
        expect(request.body ?? "").toBe(OpenApiUtil.toForm(paramsOf(request.body ?? "")));
        expect(sent(request, lane)).toBe(batch.join(lane.endsWith("-media") ? "," : "\n"));
      }),
    );
  });

  it("signs as the SDK's own function does (rpc)", () => {
    fc.assert(
      fc.property(items, call, (batch, given) => {
        const request = provider.encode(
          { lane, items: batch, options: {} },
          contextOf(product, "rpc", given),
        );
        const { Signature, ...params } = paramsOf(request.body ?? "");
        expect(new URL(request.url).search).toBe("");
        expect(Signature).toBe(
          OpenApiUtil.getRPCSignature(params, request.method, given.credentials.accessKeySecret),
        );
        expect(sent(request, lane)).toBe(batch.join(lane.endsWith("-media") ? "," : "\n"));
      }),
    );
  });
});

function contextOf(product: Product, signature: string, { credentials, nowMs, nonce }: Given): CallContext {
  return { settings: settingsOf(product, { signature, credentials }), nowMs, nonce, token: null };
}

function paramsOf(form: string): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(form));
}

function sent({ url, body }: HttpRequest, lane: Lane): string | null {
  const params = new URLSearchParams([...new URL(url).searchParams, ...new URLSearchParams(body ?? "")]);
  return params.get(lane.endsWith("-media") ? "MediaIds" : "ObjectPath");
}
