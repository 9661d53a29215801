import type { Hold, Seen, Slot } from "@purgeline/core";
import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle } from "./bundle.ts";

let store: Bundle;
afterEach(() => store.close());

const SEEN: Seen = {
  call: "RefreshObjectCaches",
  providerDateMs: null,
  error: { code: "SignatureDoesNotMatch", message: "no" },
};

async function refused(hold: Hold): Promise<void> {
  store = await bundle();
  const [slot] = await store.stage("int_1", ["https://a.example.com/1", "https://a.example.com/2"]);
  const batch = await store.take(slot);
  expect((await store.intake.legs("int_1"))[0]?.waiting).toEqual([]);
  const verdict = { do: "retry", inMs: 600_000, resend: null, hold } as const;
  const { slots } = await store.work.record(slot as Slot, batch, verdict, SEEN);
  for (const next of slots) await store.work.take(next);
}

it("a sealed batch of a stopped account waits for the account's probe, and the receipt and the lane say so", async () => {
  await refused({ scope: "account", reason: "SignatureDoesNotMatch", probeInMs: 600_000 });
  const why = { reason: "stopped", untilMs: expect.any(Number) };
  expect((await store.intake.legs("int_1"))[0]?.waiting).toEqual([{ lane: "purge-url", targets: 2, why }]);
  expect((await store.intake.accounts())[0]?.lanes[0]).toMatchObject({ pending: 0, waiting: why });
});

it("a sealed batch of a stopped account is sent at once when somebody resumes it", async () => {
  await refused({ scope: "account", reason: "SignatureDoesNotMatch", probeInMs: 600_000 });
  const [slot] = await store.intake.resume("ali");
  expect(await store.take(slot)).toMatchObject({ attempt: 2, items: { length: 2 } });
});

it("a sealed batch that is tried again later waits for the provider", async () => {
  await refused({ scope: "call", why: "provider", ms: 1000 });
  const why = { reason: "provider", untilMs: expect.any(Number) };
  expect((await store.intake.legs("int_1"))[0]?.waiting).toEqual([{ lane: "purge-url", targets: 2, why }]);
  expect((await store.intake.accounts())[0]?.lanes[0]).toMatchObject({ pending: 0, waiting: why });
});
