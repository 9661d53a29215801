import type { Failure, QuotaFigure } from "./provider.ts";
import type { QuotaClass } from "./words.ts";
import type { SpentQuota, Verdict } from "./work-store.ts";

/** What a refusal for want of quota is judged by. */
export interface QuotaFacts {
  /** The classes that the batch spends. */
  readonly quotas: readonly QuotaClass[];
  /** What it costs of each of them. */
  readonly units: number;
  /** The provider's figures, asked for after a refusal; null: there are none. */
  readonly told: readonly QuotaFigure[] | null;
}

/** One provider refuses with the same code for its day and for a limit by the hour: a minute is polite to both. */
const NOT_THE_DAY_MS = 60_000;
/** A queue that is full drains while its tasks finish: those take seconds to minutes. */
const FULL_QUEUE_MS = 15_000;

/**
 * What follows from a refusal for want of quota; null: nothing says which class is meant. The provider's own
 * figures decide where there are some: a code alone may mean a limit by the hour, or a queue that is full.
 */
export function decideQuota(
  failure: Extract<Failure, { readonly kind: "quota" }>,
  { quotas, units, told }: QuotaFacts,
): Verdict | null {
  const suspects = failure.class === null ? quotas : [failure.class];
  if (suspects.length === 0) return null;
  const all = suspects.map((name) => ({ class: name, remaining: leftOf(name, told) }));
  const short = all.filter(({ remaining }) => remaining !== null && remaining < units);
  if (short.length > 0) return park(short);
  const unknown = all.filter(({ remaining }) => remaining === null);
  if (unknown.length === 0) return slowDown(failure.doubtful ? FULL_QUEUE_MS : NOT_THE_DAY_MS);
  return failure.doubtful ? slowDown(NOT_THE_DAY_MS) : park(unknown);
}

function leftOf(name: QuotaClass, told: readonly QuotaFigure[] | null): number | null {
  return told?.find((figure) => figure.class === name)?.remaining ?? null;
}

function park(spent: readonly SpentQuota[]): Verdict {
  return { do: "retry", inMs: 0, resend: null, hold: { scope: "quota", spent } };
}

function slowDown(ms: number): Verdict {
  return { do: "retry", inMs: ms, resend: null, hold: { scope: "call", why: "rate", ms } };
}
