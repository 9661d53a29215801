import type { AccountSettings, CallContext, Lane, LaneSpec, Listing, Provider } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anyReply } from "./any-reply.ts";
import { expectDiscreet } from "./discreet.ts";

/** What a list tells decides whether a call is paid for again: nothing may be read into a reply that it does not say. */
export function lookupContract(provider: Provider, settings: AccountSettings, call: CallContext): void {
  const table = provider.table(settings);
  const listed = (Object.entries(table.lanes) as [Lane, LaneSpec][]).filter(
    ([, spec]) => spec.lookup !== undefined,
  );
  const { lookup } = provider;

  it("says when its list shows a call's tasks exactly where a lane has a list, and can ask for it then", () => {
    expect(table.listedAfterMs !== undefined).toBe(listed.length > 0);
    if (listed.length > 0) expect(lookup).toBeDefined();
  });

  if (lookup === undefined) return;
  it.each(listed)("looks %s up by calls that have limits and that no lane submits with", (lane, spec) => {
    const calls = [spec.lookup?.call ?? "", ...Object.values(spec.lookup?.callByOption?.calls ?? {})];
    const submits = Object.values(table.lanes).map((each) => each.call);
    for (const name of calls) {
      expect(Object.keys(table.calls)).toContain(name);
      expect(submits).not.toContain(name);
    }
    const request = lookup.encode(listingOf(lane), call);
    expect(lookup.encode(listingOf(lane), call)).toEqual(request);
    expectDiscreet(request, call);
  });

  it.each(listed)("decodes any answer about %s, and takes what is unreadable for no list", (lane) => {
    const listing = listingOf(lane);
    fc.assert(
      fc.property(anyReply(), (reply) => {
        const answer = lookup.decode(reply, listing);
        if (answer.kind !== "listed") return;
        expect(() => JSON.parse(reply.body) as unknown).not.toThrow();
        for (const { createdAtMs } of answer.rows) expect(createdAtMs % 1000).toBe(0);
      }),
    );
    const page = { status: 200, headers: {}, body: "<html>no</html>" };
    expect(lookup.decode(page, listing).kind).toBe("ambiguous");
    expect(lookup.decode({ ...page, status: 429 }, listing).kind).toBe("throttled");
  });

  function listingOf(lane: Lane): Listing {
    return { lane, options: {}, fromMs: call.nowMs - 30_000, untilMs: call.nowMs };
  }
}
