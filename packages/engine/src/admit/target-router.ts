import { type Lane, laneOf, type Problem, showValue } from "@purgeline/core";
import { type IntakeAccount, serves } from "./intake-accounts.ts";
import type { GivenTarget, IntentBody } from "./intent-body.ts";
import type { Rights } from "./producer.ts";
import { SPELLING_DETAIL, type Spelling, spellingOf } from "./target-spelling.ts";
import { listed, reachable, whyNotHost } from "./token-scope.ts";

export type Routed =
  | {
      readonly kind: "routed";
      readonly lane: Lane;
      readonly spelling: Spelling & { readonly ok: true };
      readonly accounts: readonly IntakeAccount[];
    }
  | { readonly kind: "invalid" | "forbidden"; readonly problems: readonly Problem[] };

/** Where targets of one intent may go. */
export interface RouteScope {
  readonly op: IntentBody["op"];
  /** Every account of the configuration. */
  readonly all: readonly IntakeAccount[];
  /** The accounts that the intent names; null: it names none. */
  readonly named: readonly IntakeAccount[] | null;
  readonly rights: Rights | null;
}

/** Finds the lane, the key and the accounts of one target, or everything that is wrong with it. */
export function routeTarget(target: GivenTarget, scope: RouteScope): Routed {
  const lane = laneOf(scope.op, target.kind);
  if (lane === null)
    return invalid(target, "not-prefetchable", `${target.kind} cannot be prefetched; expected urls or media`);
  const spelling = spellingOf(target.kind, target.text);
  if (!spelling.ok) return invalid(target, spelling.fault, SPELLING_DETAIL[spelling.fault]);
  const outside = scope.rights === null ? null : whyNotHost(spelling.domain, scope.rights);
  if (outside !== null) return forbidden(target, "token-host", outside);
  const found =
    target.kind === "media" ? mediaAccounts(target, scope) : hostAccounts(target, spelling.domain, scope);
  if (found.kind !== "accounts") return found;
  return withLane(target, lane, spelling, found.accounts, scope);
}

type Found = { readonly kind: "accounts"; readonly accounts: readonly IntakeAccount[] } | Refused;
type Refused = Exclude<Routed, { readonly kind: "routed" }>;

function mediaAccounts(target: GivenTarget, { named }: RouteScope): Found {
  if (named !== null) return { kind: "accounts", accounts: named };
  return invalid(
    target,
    "account-required",
    "a media id does not tell its account; expected account or accounts",
  );
}

function hostAccounts(target: GivenTarget, host: string, scope: RouteScope): Found {
  if (scope.named !== null) {
    const strangers = scope.named.filter((account) => !serves(account, host));
    if (strangers.length === 0) return { kind: "accounts", accounts: scope.named };
    const problems = strangers.map(({ name }) =>
      problemOf(target, "account-does-not-serve", `account ${name} does not serve the host ${host}`),
    );
    return { kind: "invalid", problems };
  }
  const serving = scope.all.filter((account) => serves(account, host));
  if (serving.length === 0)
    return invalid(
      target,
      "unknown-host",
      `no account serves the host ${host}; expected one under accounts[].hosts`,
    );
  const accounts = reachable(serving, scope.rights);
  if (accounts.length === 0) {
    const reach = listed(scope.rights?.accounts ?? []);
    const detail = `this token reaches no account that serves the host ${host}; expected a host of ${reach}`;
    return forbidden(target, "token-account", detail);
  }
  return { kind: "accounts", accounts };
}

/** Accounts that are named must all be able; of those that merely match, the able ones get it. */
function withLane(
  target: GivenTarget,
  lane: Lane,
  spelling: Spelling & { readonly ok: true },
  candidates: readonly IntakeAccount[],
  scope: RouteScope,
): Routed {
  // Every account that it names is unknown or out of reach, which is told at the names.
  if (candidates.length === 0) return { kind: "invalid", problems: [] };
  const able = candidates.filter(({ limits }) => limits.lanes[lane] !== undefined);
  if (able.length === 0 || (scope.named !== null && able.length < candidates.length)) {
    const unable = candidates.filter((account) => !able.includes(account));
    const names = unable.map(({ name, account }) => `${name} (${account.settings.provider})`).join(", ");
    return invalid(target, "unsupported", `${scope.op} of ${target.kind} is not offered by ${names}`);
  }
  const problems = able.flatMap((account) => faultsAt(target, lane, account));
  if (problems.length > 0) return { kind: "invalid", problems };
  return { kind: "routed", lane, spelling, accounts: able };
}

function faultsAt(
  target: GivenTarget,
  lane: Lane,
  { name, account, provider, limits }: IntakeAccount,
): readonly Problem[] {
  const longest = limits.lanes[lane]?.urlChars ?? 0;
  if (target.text.length > longest) {
    const detail = `${target.text.length} characters; account ${name} takes at most ${longest}`;
    return [problemOf(target, target.kind === "media" ? "media-too-long" : "url-too-long", detail)];
  }
  const why = provider.whyNot?.(lane, target.text, account.settings) ?? null;
  return why === null ? [] : [problemOf(target, "unsupported-target", `account ${name}: ${why}`)];
}

function problemOf(target: GivenTarget, code: string, detail: string): Problem {
  return { path: [target.kind, target.index], code, value: showValue(target.text), detail };
}

function invalid(target: GivenTarget, code: string, detail: string): Refused {
  return { kind: "invalid", problems: [problemOf(target, code, detail)] };
}

function forbidden(target: GivenTarget, code: string, detail: string): Refused {
  return { kind: "forbidden", problems: [problemOf(target, code, detail)] };
}
