import type { BatchContent, CallContext, Lane, LaneSpec, Provider } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anyReply } from "./any-reply.ts";
import { expectDiscreet } from "./discreet.ts";
import { sampleBatch } from "./sample-batch.ts";
import { anyItems, weigh } from "./sample-items.ts";
import { sentTexts } from "./sent-texts.ts";

export function encodeContract(provider: Provider, lane: Lane, spec: LaneSpec, call: CallContext): void {
  const batchOf = (count: number): BatchContent => sampleBatch(provider, lane, count, call.settings);

  it("encodes the same batch and context to the same bytes", () => {
    const content = batchOf(spec.batch.value);
    expect(provider.encode(content, call)).toEqual(provider.encode(content, call));
  });

  it("sends every item of a full batch exactly once", () => {
    const content = batchOf(spec.batch.value);
    const texts = sentTexts(provider.encode(content, call));
    for (const item of content.items) expect(texts.filter((text) => text === item)).toEqual([item]);
  });

  it("sends any items exactly once, as the same bytes each time", () => {
    const { options } = batchOf(1);
    fc.assert(
      fc.property(anyItems(lane, spec.batch.value), (items) => {
        const content = { lane, items, options };
        const request = provider.encode(content, call);
        expect(provider.encode(content, call)).toEqual(request);
        const texts = sentTexts(request);
        for (const item of items) expect(texts.filter((text) => text === item)).toEqual([item]);
        expect(Buffer.byteLength(request.body ?? "")).toBeLessThanOrEqual(weigh(spec.weight, items));
      }),
    );
  });

  if (spec.batchIsFixed === true) {
    it("refuses to drop what the call has no room for", () => {
      const [first, ...rest] = batchOf(spec.batch.value).items;
      const items = [first, ...rest, first] as const;
      expect(() => provider.encode({ ...batchOf(1), items }, call)).toThrow(String(items.length));
    });
  }

  it("makes no body longer than its weight promises, and a full batch fits", () => {
    for (const count of [1, spec.batch.value]) {
      const content = batchOf(count);
      const bytes = Buffer.byteLength(provider.encode(content, call).body ?? "");
      expect(bytes).toBeLessThanOrEqual(weigh(spec.weight, content.items));
      expect(weigh(spec.weight, content.items)).toBeLessThanOrEqual(spec.bodyBytes.value);
    }
  });

  it("goes to the endpoint's origin, and to HTTPS without one", () => {
    const { settings } = call;
    const endpoint = "http://127.0.0.1:65001";
    const at = (origin: string | null): URL =>
      new URL(provider.encode(batchOf(1), { ...call, settings: { ...settings, endpoint: origin } }).url);
    expect(at(endpoint).origin).toBe(endpoint);
    expect(at(null).protocol).toBe("https:");
    expect(at(null).pathname).toBe(at(endpoint).pathname);
  });

  it("keeps secrets out of the URL and the body, and names headers in lower case", () => {
    const request = provider.encode(batchOf(1), call);
    expectDiscreet(request, call);
  });
}

export function decodeContract(provider: Provider, content: BatchContent): void {
  it("decodes any status with any body, and takes nothing unreadable for a success", () => {
    fc.assert(
      fc.property(anyReply(), (reply) => {
        const outcome = provider.decode(reply, content);
        const isRead = outcome.kind === "done" || outcome.kind === "accepted";
        if (isRead) expect(() => JSON.parse(reply.body) as unknown).not.toThrow();
        expect(() => JSON.stringify(outcome)).not.toThrow();
      }),
    );
  });

  it.each([
    [429, "throttled"],
    [401, "auth"],
    [400, "ambiguous"],
    [404, "ambiguous"],
    [500, "ambiguous"],
    [502, "ambiguous"],
    [200, "ambiguous"],
  ] as const)("classes status %i with a page of some proxy as %s", (status, kind) => {
    const reply = { status, headers: { "content-type": "text/html" }, body: "<html>no</html>" };
    expect(provider.decode(reply, content).kind).toBe(kind);
  });
}
