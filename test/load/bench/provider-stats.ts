import { call } from "../real-input/producers.ts";

/** What an account cost its provider's quota and calls, by the provider's own count. */
export interface Cost {
  readonly submits: number;
  readonly queries: number;
  readonly units: number;
  /** Arrivals over a rate limit, in any window. */
  readonly violations: number;
}

interface Stats {
  readonly calls: readonly {
    readonly account: string;
    readonly call: string;
    readonly calls: number;
    readonly itemsAccepted: number;
    readonly rateViolations: number;
  }[];
}

type CallStats = Stats["calls"][number];

export async function costOf(provider: string, account: string): Promise<Cost> {
  const { calls } = await call<Stats>(provider, "GET", "/_sim/stats");
  const own = calls.filter((each) => each.account === account);
  const sum = (fits: RegExp, what: (each: CallStats) => number): number =>
    own.filter((each) => fits.test(each.call)).reduce((total, each) => total + what(each), 0);
  return {
    submits: sum(/^RefreshObjectCaches$/, (each) => each.calls),
    // Not the one for the quota, which comes by the clock.
    queries: sum(/^DescribeRefreshTask/, (each) => each.calls),
    units: sum(/^RefreshObjectCaches$/, (each) => each.itemsAccepted),
    violations: sum(/./, (each) => each.rateViolations),
  };
}
