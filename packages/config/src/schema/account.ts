import type { CallOverride, Lane, LaneOverride } from "@purgeline/core";
import { LANES } from "@purgeline/core";
import { z } from "zod";
import { parseOrigin } from "../origin.ts";
import { duration, integer, list, matching, name, oneOf, parsed, secret, section, text } from "./fields.ts";
import { quota } from "./quota.ts";
import { hostPattern } from "./sections.ts";

const origin = parsed(
  parseOrigin,
  "expected an origin: http:// or https://, a host, perhaps a port; no path, query or user",
);

const keyPair = {
  accessKeyId: secret.optional(),
  secretId: secret.optional(),
  ak: secret.optional(),
  accessKeySecret: secret.optional(),
  secretKey: secret.optional(),
  sk: secret.optional(),
};

const credentials = section({
  ...keyPair,
  securityToken: secret.optional(),
  token: secret.optional(),
  callbackKey: secret.optional(),
  iam: section({
    endpoint: origin.optional(),
    domain: text.optional(),
    user: text.optional(),
    password: text.optional(),
    ...keyPair,
  }).optional(),
});

/** Becomes part of host names, paths and headers. */
const word = matching(/^[A-Za-z0-9._-]+$/, "expected letters, digits, dots, hyphens and underscores");

const query = z.union([oneOf(["ignore", "keep"]), section({ only: list(text) })], {
  error: "expected ignore, keep or { only: [names of parameters] }",
});

const cacheKeyRule = section({ host: hostPattern, query });

const coalesce = section({
  quietMs: integer(0).default(200),
  maxWaitMs: integer(0).default(2_000),
});

/** Absent keys stay absent, as core's override types want it. */
const limit = z.exactOptional(integer(1));

const laneOverride = section({
  batch: limit,
  bodyBytes: limit,
  urlChars: limit,
  domains: limit,
  perDomainPerMinute: limit,
  inFlight: limit,
  resendAfterMs: limit,
  unitsPerTarget: limit,
}) satisfies z.ZodType<LaneOverride>;

const callOverride = section({
  perSecond: limit,
  perMinute: limit,
  timeoutMs: limit,
}) satisfies z.ZodType<CallOverride>;

const lanes = Object.fromEntries(LANES.map((lane) => [lane, z.exactOptional(laneOverride)])) as Record<
  Lane,
  z.ZodExactOptional<typeof laneOverride>
>;

const limits = section({
  lanes: section(lanes).prefault({}),
  calls: z.record(z.string(), callOverride, { error: "expected a mapping (key: value)" }).default({}),
  lookBackMs: limit,
  pollEveryMs: limit,
  listedAfterMs: limit,
});

/** The break-even is the provider's, which the schema does not know. */
const rollup = section({ directories: list(text).optional(), atLeast: integer(1).optional() });

/** Required keys are optional here: rules/ reports them, so that one missing key hides no other problem. */
export const account = section({
  name: name.optional(),
  provider: text.optional(),
  endpoint: origin.optional(),
  region: word.optional(),
  projectId: word.optional(),
  settings: z.record(z.string(), word, { error: "expected a mapping (key: value)" }).default({}),
  credentials: credentials.optional(),
  signature: text.optional(),
  hosts: z.array(hostPattern, { error: "expected a list" }).default([]),
  cacheKey: z.array(cacheKeyRule, { error: "expected a list" }).default([]),
  coalesce: coalesce.prefault({}),
  rollup: rollup.optional(),
  limits: limits.prefault({}),
  quota: quota.prefault({}),
  giveUpAfter: duration.prefault("24h"),
});
