import { type CallOptions, type Json, type JsonObject, type Problem, showValue } from "@purgeline/core";

/** How one option becomes one request parameter. */
export interface OptionRule {
  readonly param: string;
  /** The allowed values, to be read by a person. */
  readonly expected: string;
  /** The parameter's value; undefined: it is the provider's default and is left out; null: not allowed. */
  read(value: Json): Json | undefined | null;
}

/** The options of one lane by the name that users write. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

export interface OwnOptions {
  readonly params: CallOptions;
  readonly problems: readonly Problem[];
}

/** Reads the block under the provider's name; every fault is reported. Parameters come in the rules' order: equal options are equal JSON. */
export function ownOptions(
  provider: string,
  lane: string,
  own: JsonObject | null,
  rules: OptionRules,
): OwnOptions {
  const given = own ?? {};
  const params: Record<string, Json> = {};
  const problems: Problem[] = Object.entries(given)
    .filter(([key]) => !Object.hasOwn(rules, key))
    .map(([key, value]) => unknownOption(provider, lane, key, value, Object.keys(rules)));
  for (const [key, rule] of Object.entries(rules)) {
    const value = given[key];
    if (value === undefined) continue;
    const param = rule.read(value);
    if (param === null) problems.push(badOption([provider, key], value, `${key} must be ${rule.expected}.`));
    else if (param !== undefined) params[rule.param] = param;
  }
  return { params, problems };
}

function unknownOption(
  provider: string,
  lane: string,
  key: string,
  value: Json,
  known: readonly string[],
): Problem {
  const allowed = known.length === 0 ? "it takes none" : `allowed are ${known.join(", ")}`;
  return {
    path: [provider, key],
    code: "unknown-option",
    value: showValue(value),
    detail: `${provider} has no option "${key}" for ${lane}; ${allowed}.`,
  };
}

export function badOption(path: readonly string[], value: Json, detail: string): Problem {
  return { path, code: "bad-option", value: showValue(value), detail };
}

/** A flag whose default no page states: what is said is sent, false too. */
export function plainFlagOption(param: string): OptionRule {
  return {
    param,
    expected: "true or false",
    read: (value) => (typeof value === "boolean" ? value : null),
  };
}

/** A flag whose default is false. */
export function flagOption(param: string): OptionRule {
  return {
    param,
    expected: "true or false",
    read: (value) => (typeof value === "boolean" ? value || undefined : null),
  };
}
