import type { LaneSpec, LimitOverrides, ProviderTable, Sourced } from "@purgeline/core";
import { effectiveLimits, LANES } from "@purgeline/core";
import type { Findings, Path } from "../config-problem.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { AccountDraft } from "../schema/file.ts";
import { turned } from "../turned.ts";

/** `limits` and `quota` of an account, compared with what its provider ships. */
export function readOverrides(draft: AccountDraft): LimitOverrides {
  const { classes, resetTimeZone, reserveForUrgent, shares } = draft.quota;
  const { directories = [], atLeast = null } = draft.rollup ?? {};
  return {
    ...draft.limits,
    quotas: classes,
    resetTimeZone,
    reserveForUrgent,
    ...(shares === null ? {} : { shares: turned(shares) }),
    ...(directories.length === 0 ? {} : { rollup: { directories, atLeast } }),
  };
}

/** Reports what the provider's table has no place for, and what exceeds it. */
export function checkOverrides(
  own: LimitOverrides,
  table: ProviderTable,
  path: Path,
  findings: Findings,
): void {
  checkLanes(own, table, [...path, "limits", "lanes"], findings);
  checkCalls(own, table, [...path, "limits", "calls"], findings);
  checkQuotas(own, table, [...path, "quota"], findings);
  if (own.listedAfterMs === undefined || table.listedAfterMs !== undefined) return;
  const detail = "without effect: this provider has no list of tasks in which a lost answer is looked up";
  findings.warning([...path, "limits", "listedAfterMs"], "unused-limit", detail);
}

/** The limits of a lane that are the provider's; `inFlight` is our own restraint, and may be anything. */
const LANE_LIMITS = [
  "batch",
  "bodyBytes",
  "urlChars",
  "domains",
  "perDomainPerMinute",
] as const satisfies readonly (keyof LaneSpec)[];

function checkLanes(own: LimitOverrides, table: ProviderTable, path: Path, findings: Findings): void {
  const supported = LANES.filter((lane) => table.lanes[lane] !== undefined);
  for (const lane of LANES) {
    const override = own.lanes[lane];
    if (override === undefined) continue;
    const spec = table.lanes[lane];
    if (spec === undefined) {
      const detail = `this provider has no such lane; it has ${supported.join(", ")}`;
      findings.problem([...path, lane], "unsupported-lane", detail);
      continue;
    }
    checkFixedBatch(override.batch, spec, [...path, lane, "batch"], findings);
    for (const key of LANE_LIMITS) warnAbove(override[key], spec[key], [...path, lane, key], findings);
  }
}

/** Where the call has room for so many and no more, a larger batch could not be written down. */
function checkFixedBatch(own: number | undefined, spec: LaneSpec, path: Path, findings: Findings): void {
  const { batch, batchIsFixed, call } = spec;
  if (own === undefined || batchIsFixed === undefined || own <= batch.value) return;
  findings.problem(path, "out-of-range", `expected at most ${batch.value}: ${call} has room for no more`);
}

function checkCalls(own: LimitOverrides, table: ProviderTable, path: Path, findings: Findings): void {
  const known = Object.keys(table.calls);
  for (const [call, override] of Object.entries(own.calls)) {
    const spec = Object.hasOwn(table.calls, call) ? table.calls[call] : undefined;
    if (spec === undefined) {
      const hint = didYouMean(call, known) || `; it has ${known.join(", ")}`;
      findings.problem([...path, call], "unknown-call", `this provider has no such call${hint}`);
      continue;
    }
    warnAbove(override.perSecond, spec.perSecond, [...path, call, "perSecond"], findings);
    warnAbove(override.perMinute, spec.perMinute, [...path, call, "perMinute"], findings);
  }
}

function checkQuotas(own: LimitOverrides, table: ProviderTable, path: Path, findings: Findings): void {
  const known = Object.keys(table.quotas);
  const unused = (at: Path): void => {
    const detail = `without effect: this provider counts ${known.join(", ") || "nothing"}`;
    findings.warning(at, "unused-quota", detail);
  };
  for (const [name, units] of Object.entries(own.quotas)) {
    const spec = Object.hasOwn(table.quotas, name) ? table.quotas[name] : undefined;
    if (spec !== undefined) warnAbove(units, spec, [...path, name], findings);
    else unused([...path, name]);
  }
  const inForce = effectiveLimits(table, own).quotas;
  for (const [name, tokens] of Object.entries(own.shares ?? {})) {
    const quota = Object.hasOwn(inForce, name) ? inForce[name] : undefined;
    for (const [token, units] of Object.entries(tokens)) {
      const at = [...path, "shares", token, name];
      if (quota === undefined) unused(at);
      else if (units > quota) {
        const detail = `expected at most the quota, which is ${quota}: a larger share holds nobody back`;
        findings.problem(at, "conflict", detail);
      }
    }
  }
  checkReserve(own, table, [...path, "reserveForUrgent"], findings);
}

/**
 * The reserve is kept back in every class: one that takes the whole of a class stops its
 * normal work for ever. That is an error where the file sets the class, or where nothing
 * is left at all; small classes that keep their default may be unused, hence a warning.
 */
function checkReserve(own: LimitOverrides, table: ProviderTable, path: Path, findings: Findings): void {
  const reserve = own.reserveForUrgent;
  const quotas = Object.entries(effectiveLimits(table, own).quotas);
  const starved = quotas.filter(([, units]) => units <= reserve);
  if (reserve === 0 || starved.length === 0) return;
  const which = starved.map(([name, units]) => `${name} ${units}`).join(", ");
  const isMeant =
    starved.length === quotas.length || starved.some(([name]) => Object.hasOwn(own.quotas, name));
  if (isMeant) findings.problem(path, "conflict", `expected less than every quota (${which})`);
  else findings.warning(path, "conflict", `leaves nothing for normal work in these classes: ${which}`);
}

/** Providers do grant more on request: it is allowed, but a slip of the pen looks the same. */
function warnAbove(own: number | undefined, spec: Sourced | null, path: Path, findings: Findings): void {
  if (own === undefined || spec === null || own <= spec.value) return;
  const detail = `more than the default ${spec.value} (${spec.source}, ${spec.asOf}): right only if the provider granted it`;
  findings.warning(path, "above-default", detail);
}
