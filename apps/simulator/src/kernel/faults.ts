import type { CallName } from "@purgeline/core";

interface Scope {
  /** Only this account's calls; absent: every account's. */
  readonly account?: string;
  /** Only this call, by the provider's name; absent: every call. */
  readonly call?: string;
  /** How often it strikes; absent: until the faults are deleted. */
  readonly times?: number;
  /** Strikes each so many-th of those that fit; absent: every one. */
  readonly every?: number;
}

interface ItemScope extends Scope {
  /** Items that contain this text … */
  readonly match?: string;
  /** … and match this regular expression; absent both: every item. */
  readonly pattern?: string;
}

/** One injected fault: what goes wrong, for whom, how often. docs/simulators.md describes each. */
export type Fault =
  | (Scope & { readonly kind: "latency"; readonly ms: number })
  | (Scope & { readonly kind: "slow-call"; readonly ms: number })
  | (Scope & { readonly kind: "throttle" })
  | (Scope & {
      readonly kind: "code";
      /** One of the codes that `GET /_sim/codes` lists for the account. */
      readonly code: string;
      /** Instead of the simulator's words. */
      readonly message?: string;
      /** Whether the call takes effect before it is refused. Default no. */
      readonly applied?: boolean;
    })
  | (Scope & {
      readonly kind: "reply";
      /** Default 502 with an HTML page, as proxies answer. */
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Whether the call takes effect before this is answered. Default no. */
      readonly applied?: boolean;
    })
  | (Scope & { readonly kind: "drop-request" })
  | (Scope & { readonly kind: "drop-reply" })
  | (Scope & { readonly kind: "hang"; readonly applied?: boolean })
  | (Scope & { readonly kind: "lazy-status" })
  | (Scope & { readonly kind: "vanish-task" })
  | (Scope & {
      readonly kind: "late-list";
      /** Lists show a task this long after it was made, and not before. */
      readonly ms: number;
    })
  | (ItemScope & { readonly kind: "fail-items" })
  | (ItemScope & { readonly kind: "refuse-items" });

export type FaultKind = Fault["kind"];

/** Whom a fault may strike. */
export interface Strike {
  readonly account: string | null;
  /** The calls concerned: a query about a task is about the call that made it, too. */
  readonly calls: readonly CallName[];
  /** For faults of items. */
  readonly item?: string;
  /** For faults of codes: whether the request's API has this one. */
  readonly knows?: (code: string) => boolean;
}

export interface Faults {
  /** Later faults strike when the earlier ones do not, or are used up. */
  add(fault: Fault): void;
  clear(): void;
  list(): readonly (Fault & { readonly struck: number })[];
  /** The oldest fault of these kinds that strikes here; it is used up by one. */
  take<K extends FaultKind>(kinds: readonly K[], strike: Strike): Extract<Fault, { kind: K }> | null;
}

export function createFaults(): Faults {
  let all: { readonly fault: Fault; met: number; struck: number }[] = [];
  return {
    add(fault) {
      all.push({ fault, met: 0, struck: 0 });
    },
    clear() {
      all = [];
    },
    list: () => all.map(({ fault, struck }) => ({ ...fault, struck })),
    take(kinds, strike) {
      for (const entry of all) {
        const { fault, struck } = entry;
        if (!isOneOf(fault, kinds) || struck >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
        if (!strikes(fault, strike)) continue;
        entry.met += 1;
        if (entry.met % (fault.every ?? 1) !== 0) continue;
        entry.struck += 1;
        return fault;
      }
      return null;
    },
  };
}

function isOneOf<K extends FaultKind>(
  fault: Fault,
  kinds: readonly K[],
): fault is Extract<Fault, { kind: K }> {
  return (kinds as readonly FaultKind[]).includes(fault.kind);
}

function strikes(fault: Fault, strike: Strike): boolean {
  if (fault.account !== undefined && fault.account !== strike.account) return false;
  if (fault.call !== undefined && !strike.calls.includes(fault.call)) return false;
  if (fault.kind === "code") return strike.knows?.(fault.code) ?? false;
  if (fault.kind !== "fail-items" && fault.kind !== "refuse-items") return true;
  const item = strike.item ?? "";
  if (fault.match !== undefined && !item.includes(fault.match)) return false;
  return fault.pattern === undefined || new RegExp(fault.pattern).test(item);
}
