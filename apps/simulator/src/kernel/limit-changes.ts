import type { CallName, CallOverride, Lane, LaneOverride, Limits, QuotaClass } from "@purgeline/core";

/** What the provider grants from now on, in the words of the configuration; the rest stays. */
export interface LimitChanges {
  readonly account: string;
  readonly lanes?: Readonly<Partial<Record<Lane, LaneOverride>>>;
  readonly calls?: Readonly<Record<CallName, CallOverride>>;
  readonly quota?: Readonly<Record<QuotaClass, number>>;
}

const atLeastOne = { type: "integer", minimum: 1 };

function mapOf(...numbers: readonly string[]): object {
  const properties = Object.fromEntries(numbers.map((name) => [name, atLeastOne]));
  return {
    type: "object",
    additionalProperties: { type: "object", properties, additionalProperties: false },
  };
}

/** JSON schema of `POST /_sim/limits`. */
export const LIMITS_SCHEMA: object = {
  type: "object",
  required: ["account"],
  properties: {
    account: { type: "string" },
    lanes: mapOf("batch", "bodyBytes", "urlChars", "domains", "perDomainPerMinute"),
    calls: mapOf("perSecond", "perMinute"),
    quota: { type: "object", additionalProperties: { type: "integer", minimum: 0 } },
  },
  additionalProperties: false,
};

/** A lane, call or class that the account does not have: each by its place, with what there is; null: none. */
export function whyNotHad(
  limits: Limits,
  { lanes = {}, calls = {}, quota = {} }: LimitChanges,
): string | null {
  const parts = [
    ["lanes", lanes, limits.lanes],
    ["calls", calls, limits.calls],
    ["quota", quota, limits.quotas],
  ] as const;
  const wrong = parts.flatMap(([part, given, had]) =>
    Object.keys(given)
      .filter((name) => !Object.hasOwn(had, name))
      .map((name) => `body/${part}/${name}: must be one of ${Object.keys(had).join(", ")}`),
  );
  return wrong.length === 0 ? null : wrong.join("; ");
}

export function withChanges(limits: Limits, { lanes = {}, calls = {}, quota = {} }: LimitChanges): Limits {
  return {
    ...limits,
    lanes: merged<object>(limits.lanes, lanes),
    calls: merged(limits.calls, calls),
    quotas: { ...limits.quotas, ...quota },
  };
}

function merged<T extends object>(
  had: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, object>>,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(had).map(([name, values]) => [name, { ...values, ...changes[name] }]),
  );
}
