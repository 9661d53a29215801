import { backoffMs, decide, type Failure, type Hold, type Verdict } from "@purgeline/core";
import type { WorkAccount, WorkPorts } from "./ports.ts";

/** What is refused for good, as for want of a right to ask, is not granted within seconds. */
const REFUSED_MS = 60_000;

/** When a failed query is put again, and what stops until then; a refused credential is told. */
export function postpone(
  { account, limits }: WorkAccount,
  failure: Failure,
  ports: WorkPorts,
): { readonly inMs: number; readonly hold: Hold | null } {
  const jitter = ports.chance.unit();
  const { verdict, hold } = decideQuery(failure, jitter);
  const inMs = Math.max(
    limits.pollEveryMs,
    failure.kind === "refused" ? REFUSED_MS : 0,
    verdict.do === "retry" ? verdict.inMs : backoffMs(4, jitter),
  );
  if (hold?.scope === "account") ports.events.stopped(account.settings.name, failure.code, failure.message);
  return { inMs, hold };
}

/** What a failed query stops: it changes nothing at the provider, spends no quota, and may be asked again. */
export function decideQuery(
  failure: Failure,
  jitter: number,
): { readonly verdict: Verdict; readonly hold: Hold | null } {
  const verdict = decide(failure, {
    items: [],
    attempt: 1,
    ageMs: 0,
    giveUpAfterMs: 1,
    resendAfterMs: 0,
    pollInMs: 0,
    quotas: [],
    units: 0,
    told: null,
    jitter,
  });
  const hold = verdict.do === "retry" && verdict.hold?.scope !== "quota" ? verdict.hold : null;
  return { verdict, hold };
}
