import type { CallContext } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { settingsOf } from "./play.ts";
import { type Keys, qcloudForm, tc3Authorization } from "./sdks.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Any text but half of a surrogate pair, which no target may have. */
const text = fc.string({ unit: "binary" });
const url = text.map((path) => `https://cdn.example.com/${path}`);
/** What may stand in a header: a key's id and a session token do. */
const headerText = fc.string({ unit: "grapheme-ascii", minLength: 1 }).map((value) => `x${value}x`);
const items = fc
  .tuple(url, fc.array(url, { maxLength: 12 }))
  .map(([first, rest]) => [first, ...rest] as const);
const keys: fc.Arbitrary<Keys> = fc.record({
  kind: fc.constant("keys" as const),
  accessKeyId: headerText,
  accessKeySecret: fc.string({ unit: "binary", minLength: 1 }),
  securityToken: fc.option(headerText),
});
/** Whole seconds: the legacy SDK rounds, we cut. */
const seconds = fc.integer({ min: Date.UTC(2020, 0) / 1_000, max: Date.UTC(2099, 0) / 1_000 });

const provider = providers.get("tencent-cdn");
if (provider === undefined) throw new Error("tencent-cdn is not registered");

function contextOf(credentials: Keys, second: number, signature: string): CallContext {
  return {
    settings: settingsOf({ credentials, signature }),
    nowMs: second * 1_000,
    nonce: "00002e6e".padEnd(32, "0"),
    token: null,
  };
}

describe("whatever the URLs, the keys and the time are", () => {
  it.each(["purge-url", "purge-directory", "prefetch-url"] as const)(
    "the SDK's own signer signs our bytes of %s as we do",
    (lane) => {
      fc.assert(
        fc.property(items, keys, seconds, (batch, credentials, second) => {
          const context = contextOf(credentials, second, "tc3");
          const request = provider.encode({ lane, items: batch, options: {} }, context);
          expect(request.headers.authorization).toBe(
            tc3Authorization(request.url, request.body ?? "", second, credentials),
          );
          const { Urls, Paths = Urls } = JSON.parse(request.body ?? "");
          expect(Paths).toEqual(batch);
        }),
      );
    },
  );

  it.each(["sha1", "sha256"] as const)(
    "the legacy SDK makes the parameters that we make, with %s",
    (hash) => {
      const random = vi.spyOn(Math, "random").mockReturnValue(0x2e6e / 65_535);
      const now = vi.spyOn(Date, "now");
      fc.assert(
        fc.property(items, keys, seconds, (urls, credentials, second) => {
          now.mockReturnValue(second * 1_000);
          const context = contextOf(credentials, second, `v2-${hash}`);
          const { body } = provider.encode({ lane: "purge-url", items: urls, options: {} }, context);
          const token = credentials.securityToken === null ? {} : { Token: credentials.securityToken };
          const theirs = qcloudForm("cdn.api.qcloud.com", credentials, hash, {
            Action: "RefreshCdnUrl",
            urls,
            ...token,
          });
          expect([...new URLSearchParams(body ?? "")].toSorted()).toEqual([...theirs].toSorted());
        }),
      );
      expect(random).toHaveBeenCalled();
    },
  );
});
