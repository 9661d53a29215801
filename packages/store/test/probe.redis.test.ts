import type { Slot, Verdict } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { record, seal, urls, waits } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

function refused(hold: Extract<Verdict, { readonly do: "retry" }>["hold"]): Verdict {
  return { do: "retry", inMs: 0, resend: null, hold };
}

describe("a take that finds nothing to send", () => {
  /** A directory that is under way and staged again: all that its lane could send must wait. */
  async function nothingToSend(): Promise<Slot | undefined> {
    store = await bundle({ limits: limitsWith({ batch: 1, resendAfterMs: 3000 }) });
    const how = { lane: "purge-directory" } as const;
    const [slot] = await store.stage("int_d1", ["https://a.example.com/d/"], how);
    const { next } = await seal(store, slot);
    const [more] = await store.stage("int_d2", ["https://a.example.com/d/"], how);
    return more ?? next;
  }

  it("leaves a stopped account's probe to another one", async () => {
    const idle = await nothingToSend();
    const [slot] = await store.stage("int_1", urls(1));
    const hold = { scope: "account", reason: "Forbidden", probeInMs: 5000 } as const;
    const { slots } = await record(store, await seal(store, slot), refused(hold));
    const then = store.later(5100);
    expect(await waits(then, idle)).toMatchObject({ waitMs: 1 });
    expect((await seal(then, slots[0])).batch.attempt).toBe(2);
  });

  it("leaves an outage's probe to another one", async () => {
    const idle = await nothingToSend();
    const hold = { scope: "call", why: "provider", ms: 5000 } as const;
    let [slot] = await store.stage("int_1", urls(1));
    for (let i = 0; i < 3; i += 1)
      slot = (await record(store, await seal(store, slot), refused(hold))).slots[0];
    const then = store.later(5100);
    expect(await waits(then, idle)).toMatchObject({ waitMs: 1 });
    expect((await seal(then, slot)).batch.attempt).toBe(4);
  });
});
