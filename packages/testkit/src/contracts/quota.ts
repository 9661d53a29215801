import type {
  AccountSettings,
  CallContext,
  CallName,
  HttpReply,
  Provider,
  ProviderTable,
} from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anyReply } from "./any-reply.ts";
import { expectDiscreet } from "./discreet.ts";

type QuotaCodec = NonNullable<Provider["quota"]>;

/** Replies by which the provider tells its quota, for each call that does. */
export type TellingReplies = Readonly<Record<CallName, HttpReply>>;

/** What the provider tells of its own quota lowers ours: no reply may be read as more than it says. */
export function quotaContract(
  provider: Provider,
  settings: AccountSettings,
  call: CallContext,
  telling: TellingReplies,
): void {
  const { quota } = provider;
  if (quota === undefined) return;
  const table = provider.table(settings);
  const names = quota.calls(settings);

  it("asks for its quota by calls that have limits and that no lane submits with", () => {
    const submits = Object.values(table.lanes).map((lane) => lane.call);
    for (const name of names) {
      expect(Object.keys(table.calls)).toContain(name);
      expect(submits).not.toContain(name);
      const request = quota.encode(name, call);
      expect(quota.encode(name, call)).toEqual(request);
      expectDiscreet(request, call);
    }
  });

  it("reads any answer about its quota, and only classes that it has", () => {
    for (const name of names) {
      fc.assert(fc.property(anyReply(), (reply) => expectSound(quota, name, reply, table)));
    }
  });

  it.each(Object.entries(telling))("reads what %s tells", (name, reply) => {
    expect(names).toContain(name);
    const answer = quota.decode(name, reply);
    expect(answer.kind === "figures" ? answer.figures.length : answer).toBeGreaterThan(0);
    expectSound(quota, name, reply, table);
  });

  it("takes a page of some proxy for no quota", () => {
    for (const name of names) {
      const page = { status: 200, headers: {}, body: "<html>no</html>" };
      expect(quota.decode(name, page).kind).toBe("ambiguous");
      expect(quota.decode(name, { ...page, status: 429 }).kind).toBe("throttled");
    }
  });
}

function expectSound(quota: QuotaCodec, name: CallName, reply: HttpReply, { quotas }: ProviderTable): void {
  const answer = quota.decode(name, reply);
  if (answer.kind !== "figures") return;
  for (const { class: named, limit, remaining, batch } of answer.figures) {
    expect(Object.keys(quotas)).toContain(named);
    for (const figure of [limit, remaining, batch]) {
      if (figure !== null) expect(Number.isSafeInteger(figure) && figure >= 0).toBe(true);
    }
  }
}
