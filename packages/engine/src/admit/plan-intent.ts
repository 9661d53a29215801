import type { IntentPlan, Json, Problem } from "@purgeline/core";
import { resolveOptions } from "./call-options.ts";
import type { Intake, IntakeAccount } from "./intake-accounts.ts";
import { type IntentBody, readBody } from "./intent-body.ts";
import { LegBuilder } from "./leg-builder.ts";
import { ProblemList } from "./problem-list.ts";
import type { Producer } from "./producer.ts";
import { routeTarget } from "./target-router.ts";
import { checkVerbs, whyNotAccount } from "./token-scope.ts";

export type Planned =
  | { readonly ok: true; readonly plan: IntentPlan }
  /** `forbidden`: the producer may not; then only that is told. */
  | { readonly ok: false; readonly why: "invalid" | "forbidden"; readonly problems: readonly Problem[] };

// Beyond this a head would carry more hosts than targets; only admin and its creator read such an intent.
const MOST_HOSTS = 50;

/**
 * Everything about an intent that can be decided without Redis: checked, canonicalised,
 * routed, deduplicated, one leg for each account. The same body and configuration give
 * the same plan, so that an intent whose staging was cut off can be planned again.
 */
export function planIntent(body: Json, producer: Producer, intake: Intake, newId: () => string): Planned {
  const invalid = new ProblemList();
  const forbidden = new ProblemList();
  const given = readBody(body, intake.providers, (problem) => invalid.add(problem));
  if (given === null) return { ok: false, why: "invalid", problems: invalid.all() };
  if (producer.rights !== null && invalid.isEmpty)
    checkVerbs(given, producer.rights, (problem) => forbidden.add(problem));
  const named = namedAccounts(given, producer, intake, invalid, forbidden);
  const builder = new LegBuilder();
  const scope = { op: given.op, all: intake.accounts, named, rights: producer.rights };
  for (const target of given.targets) {
    const routed = routeTarget(target, scope);
    if (routed.kind === "routed") builder.add(target.text, routed.lane, routed.spelling, routed.accounts);
    else
      for (const problem of routed.problems) (routed.kind === "invalid" ? invalid : forbidden).add(problem);
  }
  const options = resolveOptions(builder.lanes(), given.options, (problem) => invalid.add(problem));
  if (!forbidden.isEmpty) return { ok: false, why: "forbidden", problems: forbidden.all() };
  if (!invalid.isEmpty) return { ok: false, why: "invalid", problems: invalid.all() };
  const legs = builder.legs(options);
  const hosts = builder.hosts();
  const head = {
    id: newId(),
    op: given.op,
    priority: given.priority,
    labels: given.labels,
    createdBy: producer.name,
    accounts: legs.map((leg) => leg.account),
    hosts: hosts.length > MOST_HOSTS ? null : hosts,
    notBeforeMs: given.notBeforeMs,
  };
  return { ok: true, plan: { head, legs, body } };
}

/** The accounts that the intent names, known and allowed ones; null: it names none. */
function namedAccounts(
  given: IntentBody,
  { rights }: Producer,
  intake: Intake,
  invalid: ProblemList,
  forbidden: ProblemList,
): readonly IntakeAccount[] | null {
  if (given.accounts === null) return null;
  const named = new Set<IntakeAccount>();
  for (const one of given.accounts) {
    const outside = rights === null ? null : whyNotAccount(one, rights);
    const account = intake.accounts.find(({ name }) => name === one.name);
    if (outside !== null) forbidden.add(outside);
    else if (account !== undefined) named.add(account);
    else {
      const names = intake.accounts.filter((known) => rights?.accounts?.includes(known.name) ?? true);
      const detail = `there is no such account; expected one of ${names.map(({ name }) => name).join(", ")}`;
      invalid.add({ path: one.path, code: "unknown-account", value: one.name.slice(0, 200), detail });
    }
  }
  return [...named];
}
