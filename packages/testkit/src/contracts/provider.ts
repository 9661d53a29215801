import type { AccountSettings, CallContext, HttpReply, Lane, LaneSpec, Provider } from "@purgeline/core";
import { describe } from "vitest";
import { decodeContract, encodeContract } from "./codec.ts";
import { hintContract } from "./hint.ts";
import { loginContract } from "./login.ts";
import { lookupContract } from "./lookup.ts";
import { optionsContract } from "./options.ts";
import { matchContract, pollContract } from "./poll.ts";
import { quotaContract, type TellingReplies } from "./quota.ts";
import { sampleBatch } from "./sample-batch.ts";
import { tableContract } from "./table.ts";

/** Replies by which the provider accepts a call, for the lanes that finish later. */
type AcceptingReplies = Readonly<Partial<Record<Lane, HttpReply>>>;

/**
 * What every provider must keep, whatever its API looks like. Call it in a test file
 * of the provider, once for each signature or kind of credentials that matters.
 */
export function providerContract(
  provider: Provider,
  settings: AccountSettings,
  accepting: AcceptingReplies = {},
  telling: TellingReplies = {},
): void {
  const lanes = Object.entries(provider.table(settings).lanes) as [Lane, LaneSpec][];
  const call: CallContext = {
    settings,
    nowMs: Date.UTC(2026, 6, 1, 8, 15, 30),
    nonce: "00112233445566778899aabbccddeeff",
    token: settings.credentials.kind === "keys" ? null : "session-token-of-the-contract",
  };
  const variant = `${settings.signature ?? "its default signature"}, ${settings.credentials.kind}`;
  describe(`${provider.name} as a provider (${variant})`, () => {
    tableContract(provider, settings);
    describe.each(lanes)("on %s", (lane, spec) => {
      const pair = sampleBatch(provider, lane, 2, settings);
      optionsContract(provider, lane, settings);
      encodeContract(provider, lane, spec, call);
      decodeContract(provider, pair);
      const accepted = accepting[lane];
      if (accepted !== undefined) pollContract(provider, pair, call, accepted);
    });
    matchContract(
      provider,
      lanes.map(([lane]) => lane),
    );
    quotaContract(provider, settings, call, telling);
    lookupContract(provider, settings, call);
    hintContract(provider, settings);
    loginContract(provider, settings);
  });
}
