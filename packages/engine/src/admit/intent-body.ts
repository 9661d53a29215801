import {
  type JsonObject,
  type Op,
  type Priority,
  showValue,
  TARGET_KINDS,
  type TargetKind,
} from "@purgeline/core";
import { glimpse, isObject, type Report, typeName, wrongType } from "./json-shape.ts";
import { readLabels } from "./labels.ts";
import { type OptionBlocks, readOptions } from "./option-blocks.ts";
import { parseTimestamp } from "./timestamp.ts";

const MOST_TARGETS = 10_000;

export interface GivenTarget {
  readonly kind: TargetKind;
  readonly index: number;
  readonly text: string;
}

/** `account` or `accounts`, with where each name stands. */
export interface GivenAccount {
  readonly path: readonly (string | number)[];
  readonly name: string;
}

/** An intent's body whose every field has the right type; nothing is known about its targets yet. */
export interface IntentBody {
  readonly op: Op;
  readonly targets: readonly GivenTarget[];
  /** null: every account that serves a target gets it. */
  readonly accounts: readonly GivenAccount[] | null;
  readonly priority: Priority;
  readonly options: OptionBlocks;
  readonly notBeforeMs: number | null;
  readonly labels: Readonly<Record<string, string>>;
  /** `then: "prefetch"`. */
  readonly isPrefetchedThen: boolean;
}

const FIELDS: readonly string[] = [
  "op",
  ...TARGET_KINDS,
  "account",
  "accounts",
  "then",
  "priority",
  "options",
  "notBefore",
  "labels",
];

/** The body's shape; reports every fault, and returns null where what is left cannot be planned. */
export function readBody(body: unknown, providers: readonly string[], report: Report): IntentBody | null {
  if (!isObject(body)) {
    const detail = `the body is ${typeName(body)}; expected an object with op and at least one list of targets`;
    report({ path: [], code: "wrong-type", value: glimpse(body), detail });
    return null;
  }
  for (const field of Object.keys(body)) {
    if (FIELDS.includes(field)) continue;
    const detail = `there is no such field; expected one of ${FIELDS.join(", ")}`;
    report({ path: [showValue(field)], code: "unknown-field", detail });
  }
  const op = readWord(body, "op", ["purge", "prefetch"], report);
  const targets = readTargets(body, report);
  const accounts = readAccounts(body, report);
  const priority =
    body.priority === undefined ? "normal" : readWord(body, "priority", ["normal", "urgent"], report);
  const options = readOptions(body.options, providers, report);
  const notBeforeMs = readNotBefore(body.notBefore, report);
  const labels = readLabels(body.labels, report);
  const isPrefetchedThen = readThen(body, report);
  if (targets === null) return null;
  // With a fault reported nothing is admitted: purge is the op under which the most can still be checked.
  return {
    op: op ?? "purge",
    targets,
    accounts,
    priority: priority ?? "normal",
    options,
    notBeforeMs,
    labels,
    isPrefetchedThen,
  };
}

/** What follows a purge; whether there is such a thing. */
function readThen(body: JsonObject, report: Report): boolean {
  if (body.then === undefined) return false;
  if (readWord(body, "then", ["prefetch"], report) === null) return false;
  if (body.op === "prefetch") {
    const detail = "then follows a purge; expected no then with a prefetch";
    report({ path: ["then"], code: "then-without-purge", detail });
  }
  for (const kind of TARGET_KINDS) {
    if (kind === "urls" || body[kind] === undefined) continue;
    const detail = `${kind} cannot be prefetched then; expected urls alone`;
    report({ path: [kind], code: "not-prefetchable", detail });
  }
  return true;
}

function readWord<T extends string>(
  body: JsonObject,
  field: string,
  words: readonly T[],
  report: Report,
): T | null {
  const value = body[field];
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  const expected = `expected ${words.map((one) => JSON.stringify(one)).join(" or ")}`;
  if (value === undefined)
    report({ path: [field], code: "missing", detail: `${field} is missing; ${expected}` });
  else if (typeof value !== "string") report(wrongType([field], value, expected));
  else {
    const detail = `${JSON.stringify(showValue(value))} is not a known ${field}; ${expected}`;
    report({ path: [field], code: "unknown-value", value: showValue(value), detail });
  }
  return null;
}

function readTargets(body: JsonObject, report: Report): readonly GivenTarget[] | null {
  const given = TARGET_KINDS.filter((kind) => body[kind] !== undefined);
  if (given.length === 0) {
    const detail = `there are no targets; expected at least one of ${TARGET_KINDS.join(", ")}`;
    report({ path: [], code: "no-targets", detail });
    return null;
  }
  const lists = given.map((kind) => ({ kind, values: readList(body[kind], kind, report) }));
  const total = lists.reduce((sum, { values }) => sum + values.length, 0);
  if (total > MOST_TARGETS) {
    const detail = `${total} targets in ${given.join(", ")}; expected at most ${MOST_TARGETS} in one intent`;
    report({
      path: given.length === 1 ? [...given] : [],
      code: "too-many-targets",
      value: String(total),
      detail,
    });
    return null;
  }
  return lists.flatMap(({ kind, values }) =>
    values.flatMap((value, index): GivenTarget[] => {
      if (typeof value === "string" && value !== "") return [{ kind, index, text: value }];
      if (value === "")
        report({
          path: [kind, index],
          code: "empty",
          value: "",
          detail: "an empty target; expected a string of one or more characters",
        });
      else report(wrongType([kind, index], value, "expected a string"));
      return [];
    }),
  );
}

function readList(value: unknown, field: string, report: Report): readonly unknown[] {
  const expected = "expected a list of one or more strings";
  if (!Array.isArray(value)) report(wrongType([field], value, expected));
  else if (value.length === 0)
    report({ path: [field], code: "empty-list", detail: `an empty list; ${expected}` });
  else return value;
  return [];
}

function readAccounts(body: JsonObject, report: Report): readonly GivenAccount[] | null {
  const { account, accounts } = body;
  if (account === undefined && accounts === undefined) return null;
  if (account !== undefined && accounts !== undefined) {
    const detail = "account and accounts exclude each other; expected one of them";
    report({ path: ["account"], code: "account-and-accounts", detail });
  }
  const named: readonly (readonly [unknown, ...(string | number)[]])[] = [
    ...(account === undefined ? [] : [[account, "account"] as const]),
    ...(accounts === undefined
      ? []
      : readList(accounts, "accounts", report).map((one, index) => [one, "accounts", index] as const)),
  ];
  return named.flatMap(([name, ...path]): GivenAccount[] => {
    if (typeof name === "string") return [{ path, name }];
    report(wrongType(path, name, "expected the name of an account"));
    return [];
  });
}

function readNotBefore(value: unknown, report: Report): number | null {
  if (value === undefined) return null;
  const expected = 'expected an RFC 3339 time such as "2026-01-31T23:59:59Z"';
  if (typeof value !== "string") {
    report(wrongType(["notBefore"], value, expected));
    return null;
  }
  const ms = parseTimestamp(value);
  if (ms !== null) return ms;
  const detail = `${JSON.stringify(showValue(value))} is not a time; ${expected}`;
  report({ path: ["notBefore"], code: "not-a-time", value: showValue(value), detail });
  return null;
}
