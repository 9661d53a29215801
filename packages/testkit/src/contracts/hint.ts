import type { AccountSettings, Callback, Provider } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";

/** Whoever knows the address can call it: nothing may throw, and without the key nothing counts. */
export function hintContract(provider: Provider, settings: AccountSettings): void {
  const { hint } = provider;
  if (hint === undefined) return;
  const anyCallback: fc.Arbitrary<Callback> = fc.record({
    url: fc.oneof(fc.constant("https://purgeline.example.com/v1/callbacks/a"), fc.string()),
    headers: fc.dictionary(fc.string(), fc.string()),
    body: fc.oneof(fc.string(), fc.json()),
    nowMs: fc.nat(),
  });

  it("reads any callback, and believes none that is not signed", () => {
    fc.assert(
      fc.property(anyCallback, fc.option(fc.string({ minLength: 1 })), (callback, callbackKey) => {
        const verdict = hint.decode(callback, { ...settings, callbackKey });
        expect(verdict.ok).toBe(false);
      }),
    );
  });
}
