import type { ProviderCall, Strike } from "./producer-ledger.ts";

/** Sendings beyond what was asked for, by what may have caused them. */
export interface Surplus {
  /** The provider took the sending before on, and its answer got lost. */
  readonly answerLost: number;
  /** The provider's answer went out; something struck the service about then. */
  readonly crash: number;
  /** `account url`: neither. */
  readonly unexplained: readonly string[];
}

/** A process that is stalled beyond its lock, or told to end, sends what it had taken so much later, at most. */
const AFTERMATH_MS = 60_000;

interface Sending {
  readonly atMs: number;
  readonly isAnswered: boolean;
}

/** `wanted`: `account url` → how often somebody asked for it. */
export function surplusOf(
  wanted: ReadonlyMap<string, number>,
  purges: readonly ProviderCall[],
  strikes: readonly Strike[],
): Surplus {
  let answerLost = 0;
  let crash = 0;
  const unexplained: string[] = [];
  for (const [key, sendings] of sendingsByKey(purges)) {
    const most = Math.max(0, sendings.length - (wanted.get(key) ?? 0));
    const repeated = sendings.slice(0, -1);
    const lost = Math.min(most, repeated.filter(({ isAnswered }) => !isAnswered).length);
    const struck = repeated.filter(({ isAnswered, atMs }) => isAnswered && isStruck(atMs, strikes)).length;
    const crashed = Math.min(most - lost, struck);
    answerLost += lost;
    crash += crashed;
    for (let left = most - lost - crashed; left > 0; left -= 1) unexplained.push(key);
  }
  return { answerLost, crash, unexplained };
}

function isStruck(atMs: number, strikes: readonly Strike[]): boolean {
  return strikes.some(
    ({ side, ...strike }) => side === "service" && Math.abs(strike.atMs - atMs) <= AFTERMATH_MS,
  );
}

function sendingsByKey(purges: readonly ProviderCall[]): ReadonlyMap<string, readonly Sending[]> {
  const found = new Map<string, Sending[]>();
  for (const { account, accepted, receivedAt, status } of purges) {
    const sending = { atMs: Date.parse(receivedAt), isAnswered: status === 200 };
    for (const url of accepted) {
      const key = `${account} ${url}`;
      const sendings = found.get(key);
      if (sendings === undefined) found.set(key, [sending]);
      else sendings.push(sending);
    }
  }
  return found;
}
