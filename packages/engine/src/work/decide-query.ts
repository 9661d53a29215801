import { decide, type Failure, type Hold, type Verdict } from "@purgeline/core";

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
