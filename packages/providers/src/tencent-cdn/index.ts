import type { CallName, HttpReply, LookupAnswer, Outcome, PollAnswer, Provider } from "@purgeline/core";
import { failureByStatus } from "../shared/failure-by-status.ts";
import { isObject, parseObject } from "../shared/json.ts";
import { checkAccount, isLegacy, OWN_SETTINGS, SIGNATURES } from "./account.ts";
import { decodeApi3Listing, encodeApi3Listing } from "./api3-lookup.ts";
import { decodeApi3Poll, encodeApi3Poll } from "./api3-poll.ts";
import { API3_QUOTA_CALLS, decodeApi3Quota, encodeApi3Quota } from "./api3-quota.ts";
import { decodeApi3 } from "./api3-reply.ts";
import { encodeApi3 } from "./api3-request.ts";
import { checkOptions } from "./options.ts";
import { matchUrlRows } from "./row-url.ts";
import { tableOf } from "./table.ts";
import { HOME_LOG, OVERSEAS_LOG } from "./v2-log.ts";
import { decodeV2Listing, encodeV2Listing } from "./v2-lookup.ts";
import { decodeV2Poll, encodeV2Poll } from "./v2-poll.ts";
import { decodeV2 } from "./v2-reply.ts";
import { encodeV2 } from "./v2-request.ts";

const V2_LOGS: readonly CallName[] = [HOME_LOG, OVERSEAS_LOG];

/**
 * Tencent Cloud CDN: API 3.0, and the legacy v2 API for accounts whose `signature` asks for it.
 * Replies tell by themselves which of the two they are: 3.0 wraps all in `Response`, v2 has `code`.
 */
export const tencentCdn: Provider = {
  name: "tencent-cdn",
  signatures: SIGNATURES,
  ownSettings: OWN_SETTINGS,
  check: checkAccount,
  table: tableOf,
  options: checkOptions,

  whyNot(_lane, target) {
    // `hosts: ["*.example.com"]` matches the name "*.example.com" too, which the service refuses.
    const host = URL.parse(target)?.hostname ?? "";
    return host.includes("*")
      ? `wildcard domains cannot be purged or prefetched: expected one host, got ${host}`
      : null;
  },

  encode: (batch, call) => (isLegacy(call.settings) ? encodeV2(batch, call) : encodeApi3(batch, call)),

  decode(reply, batch, beganAtMs = null): Outcome {
    const body = parseObject(reply.body);
    if (isObject(body?.Response)) return decodeApi3(reply, body.Response, batch);
    if (body?.code !== undefined) return decodeV2(reply, body, batch, beganAtMs);
    return unreadable(reply);
  },

  poll: {
    // Each query takes one task id.
    max: () => 1,
    encode: ([task], call) =>
      V2_LOGS.includes(task.call) ? encodeV2Poll(task, call) : encodeApi3Poll(task, call),
    decode(reply, [task]): PollAnswer {
      const body = parseObject(reply.body);
      // A query knows its API: records of the other one would be read by the wrong words.
      const isV2 = V2_LOGS.includes(task.call);
      if (!isV2 && isObject(body?.Response)) return decodeApi3Poll(reply, body.Response, task);
      if (isV2 && body?.code !== undefined) return decodeV2Poll(reply, body, task);
      return unreadable(reply);
    },
    match: matchUrlRows,
  },

  lookup: {
    encode: (listing, call) =>
      isLegacy(call.settings) ? encodeV2Listing(listing, call) : encodeApi3Listing(listing, call),
    decode(reply, listing): LookupAnswer {
      const body = parseObject(reply.body);
      if (isObject(body?.Response)) return decodeApi3Listing(reply, body.Response, listing);
      if (body?.code !== undefined) return decodeV2Listing(reply, body, listing);
      return unreadable(reply);
    },
  },

  quota: {
    // v2 has no such query.
    calls: (settings) => (isLegacy(settings) ? [] : API3_QUOTA_CALLS),
    encode: encodeApi3Quota,
    decode(call, reply) {
      const response = parseObject(reply.body)?.Response;
      return isObject(response) ? decodeApi3Quota(call, reply, response) : unreadable(reply);
    },
  },
};

function unreadable(reply: HttpReply): ReturnType<typeof failureByStatus> {
  return failureByStatus(reply, `HTTP ${reply.status}`, "the body is no reply of this API", null);
}
