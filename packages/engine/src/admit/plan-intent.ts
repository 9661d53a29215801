import type { IntentHead, IntentPlan, Json, LegPlan, Problem } from "@purgeline/core";
import { resolveOptions } from "./call-options.ts";
import { bodyOf, followerId, prefetchOf } from "./follower.ts";
import type { Intake, IntakeAccount } from "./intake-accounts.ts";
import { type IntentBody, readBody } from "./intent-body.ts";
import { LegBuilder } from "./leg-builder.ts";
import { ProblemList } from "./problem-list.ts";
import type { Producer } from "./producer.ts";
import { routeTarget } from "./target-router.ts";
import { checkVerbs, whyNotAccount } from "./token-scope.ts";

export type Planned =
  /** `follower`: the prefetch that its `then` asks for, staged after it. */
  { readonly ok: true; readonly plan: IntentPlan; readonly follower: IntentPlan | null } | Refused;

/** `forbidden`: the producer may not; then only that is told. */
interface Refused {
  readonly ok: false;
  readonly why: "invalid" | "forbidden";
  readonly problems: readonly Problem[];
}

// Beyond this a head would carry more hosts than targets; only admin and its creator read such an intent.
const MOST_HOSTS = 50;
/** At 4 µs each a millisecond (measured 2026-11-21): all that an intent of 10,000 may keep others waiting at once. */
const TARGETS_A_STEP = 250;

/**
 * Everything about an intent that can be decided without Redis: checked, canonicalised,
 * routed, deduplicated, one leg for each account. The same body and configuration give
 * the same plan, so that an intent whose staging was cut off can be planned again.
 */
export function planIntent(body: Json, producer: Producer, intake: Intake, newId: () => string): Planned {
  const steps = planning(body, producer, intake, newId);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** The same in steps of a millisecond or so, for whoever has others to serve meanwhile. */
export function* planning(
  body: Json,
  producer: Producer,
  intake: Intake,
  newId: () => string,
): Generator<undefined, Planned> {
  const faults = { invalid: new ProblemList(), forbidden: new ProblemList() };
  const given = readBody(body, intake.providers, (problem) => faults.invalid.add(problem));
  if (given === null) return { ok: false, why: "invalid", problems: faults.invalid.all() };
  const targets = yield* routeAll(given, producer, intake, faults);
  const then = given.isPrefetchedThen
    ? yield* followerOf(given, targets.legs, producer, intake, faults)
    : null;
  if (!faults.forbidden.isEmpty) return { ok: false, why: "forbidden", problems: faults.forbidden.all() };
  if (!faults.invalid.isEmpty) return { ok: false, why: "invalid", problems: faults.invalid.all() };
  const id = newId();
  const head = headOf(id, given, targets, producer);
  if (then === null) return { ok: true, plan: { head, legs: targets.legs, body }, follower: null };
  const thenIntent = followerId(id);
  const follower = {
    head: { ...headOf(thenIntent, then.given, then.targets, producer), afterIntent: id },
    legs: then.targets.legs,
    body: bodyOf(then.given),
  };
  return { ok: true, plan: { head: { ...head, thenIntent }, legs: targets.legs, body }, follower };
}

interface Faults {
  readonly invalid: ProblemList;
  readonly forbidden: ProblemList;
}

interface RoutedTargets {
  readonly legs: readonly LegPlan[];
  /** Sorted. */
  readonly hosts: readonly string[];
}

/** The legs of what is given; every fault is told. */
function* routeAll(
  given: IntentBody,
  producer: Producer,
  intake: Intake,
  faults: Faults,
): Generator<undefined, RoutedTargets> {
  const { invalid, forbidden } = faults;
  if (producer.rights !== null && invalid.isEmpty)
    checkVerbs(given, producer.rights, (problem) => forbidden.add(problem));
  const named = namedAccounts(given, producer, intake, invalid, forbidden);
  const builder = new LegBuilder();
  const scope = { op: given.op, all: intake.accounts, named, rights: producer.rights };
  for (const [index, target] of given.targets.entries()) {
    if (index > 0 && index % TARGETS_A_STEP === 0) yield;
    const routed = routeTarget(target, scope);
    if (routed.kind === "routed") builder.add(target.text, routed.lane, routed.spelling, routed.accounts);
    else
      for (const problem of routed.problems) (routed.kind === "invalid" ? invalid : forbidden).add(problem);
  }
  const options = resolveOptions(builder.lanes(), given.options, (problem) => invalid.add(problem));
  return { legs: builder.legs(options), hosts: builder.hosts() };
}

interface Follower {
  readonly given: IntentBody;
  readonly targets: RoutedTargets;
}

/** The prefetch after a purge: of the same targets, in the same accounts; faults say that it is about the prefetch. */
function* followerOf(
  purge: IntentBody,
  legs: readonly LegPlan[],
  producer: Producer,
  intake: Intake,
  faults: Faults,
): Generator<undefined, Follower | null> {
  // What is wrong with the purge would be told twice.
  if (!faults.invalid.isEmpty || !faults.forbidden.isEmpty) return null;
  const given = prefetchOf(purge);
  const accounts = intake.accounts.filter(({ name }) => legs.some(({ account }) => account === name));
  const found = { invalid: new ProblemList(), forbidden: new ProblemList() };
  for (const { name, limits, account } of accounts) {
    if (limits.lanes["prefetch-url"] !== undefined) continue;
    const detail = `prefetch of urls is not offered by ${name} (${account.settings.provider}), to which the purge goes`;
    found.invalid.add({ path: ["then"], code: "unsupported", detail });
  }
  const targets = found.invalid.isEmpty
    ? yield* routeAll(given, producer, { ...intake, accounts }, found)
    : { legs: [], hosts: [] };
  for (const kind of ["invalid", "forbidden"] as const)
    for (const problem of found[kind].all()) faults[kind].add(asFollower(problem));
  return { given, targets };
}

function asFollower(problem: Problem): Problem {
  const path = problem.path[0] === "op" ? ["then"] : problem.path;
  return path[0] === "then"
    ? { ...problem, path }
    : { ...problem, detail: `then prefetch: ${problem.detail}` };
}

function headOf(
  id: string,
  given: IntentBody,
  { legs, hosts }: RoutedTargets,
  producer: Producer,
): IntentHead {
  return {
    id,
    op: given.op,
    priority: given.priority,
    labels: given.labels,
    createdBy: producer.name,
    accounts: legs.map((leg) => leg.account),
    hosts: hosts.length > MOST_HOSTS ? null : hosts,
    notBeforeMs: given.notBeforeMs,
  };
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
