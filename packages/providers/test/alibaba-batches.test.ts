import type { BatchContent, CallContext, HttpRequest, JsonObject, Lane, Provider } from "@purgeline/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { providers } from "../src/index.ts";
import { testAccount, testCall } from "../src/shared/alibaba/test-account.ts";

const PRODUCTS = ["alibaba-cdn", "alibaba-vod"] as const;
type Product = (typeof PRODUCTS)[number];

function providerOf(product: Product): Provider {
  const provider = providers.get(product);
  if (provider === undefined) throw new Error(`${product} is not registered`);
  return provider;
}

const isMedia = (lane: Lane): boolean => lane.endsWith("-media");

/** Pieces on which encoders trip, whole code points only. */
const piece = fc.oneof(
  fc.constantFrom(
    "+",
    "%2B",
    "%20",
    " ",
    "*",
    "~",
    "!",
    "'",
    "(",
    ")",
    "&",
    "=",
    "?a=1&b=2",
    ",",
    ";",
    "%",
    "中",
  ),
  fc.string({ unit: "grapheme", maxLength: 8 }).filter((text) => !/[\p{C}#]/u.test(text)),
);
const path = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
const host = fc.constantFrom("a.example.com", "b.example.com", "例え.example.com");
const url = fc.tuple(host, path).map(([name, rest]) => `https://${name}/${rest}`);
const media = fc.stringMatching(/^[\w-]{1,32}$/);

const flag = fc.boolean();
const subset = (words: readonly string[]) => fc.subarray([...words], { minLength: 1 });
const MEDIA_BLOCK = fc.record(
  {
    formats: subset(["mp4", "m3u8", "mp3", "flv", "webm", "ts"]),
    definitions: subset(["FD", "LD", "SD", "HD", "OD", "2K", "4K"]),
    streamType: subset(["video", "audio"]),
    resultType: fc.constantFrom("Single", "Multiple"),
    sliceFlag: fc.constant(true),
    userData: fc.record({ Extend: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }) }),
  },
  { requiredKeys: [] },
);
const PREFETCH_BLOCK = fc.record(
  {
    l2Preload: flag,
    withHeader: fc.constantFrom({ "Accept-Encoding": ["gzip", "br"] }, { A: ["1"], B: ["2"] }),
  },
  { requiredKeys: [] },
);

function blockOf(lane: Lane): fc.Arbitrary<JsonObject> {
  if (isMedia(lane)) return MEDIA_BLOCK as fc.Arbitrary<JsonObject>;
  return lane === "prefetch-url" ? (PREFETCH_BLOCK as fc.Arbitrary<JsonObject>) : fc.constant({});
}

interface Case {
  readonly batch: BatchContent;
  readonly call: CallContext;
}

/** Any batch that can come to be: each lane, options as they are checked, either signature, with and without a session. */
function cases(product: Product): fc.Arbitrary<Case> {
  const provider = providerOf(product);
  const lanes = Object.keys(provider.table(testAccount(product)).lanes) as Lane[];
  const settings = fc
    .record({
      signature: fc.constantFrom("acs3", "rpc"),
      securityToken: fc.option(fc.string({ minLength: 1 })),
    })
    .map(({ signature, securityToken }) =>
      testAccount(product, {
        signature,
        credentials: { kind: "keys", accessKeyId: "id", accessKeySecret: "secret", securityToken },
      }),
    );
  return fc.constantFrom(...lanes).chain((lane) =>
    fc.record({
      batch: fc
        .record({
          items: fc.uniqueArray(isMedia(lane) ? media : url, { minLength: 1, maxLength: 20 }),
          own: blockOf(lane),
        })
        .map(({ items, own }): BatchContent => {
          const [first = "", ...rest] = items;
          const checked = provider.options(lane, { strength: null, area: null, own }, testAccount(product));
          if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
          return { lane, items: [first, ...rest], options: checked.value };
        }),
      call: fc
        .record({
          settings,
          nowMs: fc.integer({ min: 0, max: 4e12 }),
          nonce: fc.stringMatching(/^[0-9a-f]{32}$/),
        })
        .map((given): CallContext => ({ ...given, token: null })),
    }),
  );
}

/** Everything that the request says, from query and form. */
function sent(request: HttpRequest): ReadonlyMap<string, readonly string[]> {
  const pairs = [
    ...new URL(request.url).searchParams,
    ...(request.body === null ? [] : new URLSearchParams(request.body)),
  ];
  return new Map(
    [...Map.groupBy(pairs, ([name]) => name)].map(([name, own]) => [name, own.map(([, value]) => value)]),
  );
}

describe.each(PRODUCTS)("any batch for %s", (product) => {
  const provider = providerOf(product);

  it("is the same bytes whenever it is encoded", () => {
    fc.assert(
      fc.property(cases(product), ({ batch, call }) => {
        const again = structuredClone({ batch, call });
        expect(provider.encode(batch, call)).toEqual(provider.encode(again.batch, again.call));
      }),
    );
  });

  it("carries every item exactly once, in its own spelling and order, and each option once", () => {
    fc.assert(
      fc.property(cases(product), ({ batch, call }) => {
        const request = provider.encode(batch, call);
        const params = sent(request);
        const [name, separator] = isMedia(batch.lane) ? ["MediaIds", ","] : ["ObjectPath", "\n"];
        expect(params.get(name)).toEqual([batch.items.join(separator)]);
        expect(params.get(name)?.[0]?.split(separator)).toEqual(batch.items);
        for (const [option, value] of Object.entries(batch.options)) {
          expect([option, params.get(option)]).toEqual([option, [String(value)]]);
        }
        if (!isMedia(batch.lane)) expect([...new URL(request.url).searchParams]).toEqual([]);
      }),
    );
  });

  it("can be sent: nothing that is admitted is refused by the adapter's own rule", () => {
    fc.assert(
      fc.property(cases(product), ({ batch, call }) => {
        for (const item of batch.items) expect(provider.whyNot?.(batch.lane, item, call.settings)).toBeNull();
      }),
    );
  });
});

it.each(PRODUCTS)("the largest options for %s fit the room that a body's weight leaves them", (product) => {
  const provider = providerOf(product);
  const own = {
    l2Preload: true,
    withHeader: { "X-Title": ["中".repeat(2_048 - '{"X-Title":[""]}'.length)] },
  };
  for (const signature of ["acs3", "rpc"]) {
    const settings = testAccount(product, { signature });
    const checked = provider.options("prefetch-url", { strength: null, area: "overseas", own }, settings);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    const batch = { lane: "prefetch-url", items: ["a"], options: checked.value } as const;
    const { body } = provider.encode(batch, testCall(settings));
    const fixed = provider.table(settings).lanes["prefetch-url"]?.weight.fixed ?? 0;
    expect(body?.length ?? 0).toBeLessThanOrEqual(fixed);
  }
});

describe.each(PRODUCTS)("equal options for %s", (product) => {
  const provider = providerOf(product);
  const lane: Lane = product === "alibaba-vod" ? "prefetch-media" : "prefetch-url";

  it("are equal JSON in any order, so that they share a batch", () => {
    const shuffled = blockOf(lane).chain((block) =>
      fc.tuple(
        fc.constant(block),
        fc.shuffledSubarray(Object.keys(block), { minLength: Object.keys(block).length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([block, order]) => {
        const other = Object.fromEntries(
          order.map((key) => {
            const value = block[key];
            return [key, Array.isArray(value) ? value.toReversed() : value];
          }),
        ) as JsonObject;
        const checked = (own: JsonObject) =>
          provider.options(lane, { strength: null, area: null, own }, testAccount(product));
        expect(checked(block)).toMatchObject({ ok: true });
        expect(JSON.stringify(checked(other))).toBe(JSON.stringify(checked(block)));
      }),
    );
  });
});
