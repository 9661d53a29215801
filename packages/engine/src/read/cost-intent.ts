import { setImmediate as breathe } from "node:timers/promises";
import {
  type AccountState,
  type CostFacts,
  type IntakeStore,
  type IntentPlan,
  type Json,
  type LegCost,
  type LegPlan,
  legCost,
  type Problem,
} from "@purgeline/core";
import type { Intake } from "../admit/intake-accounts.ts";
import { planPatiently } from "../admit/plan-patiently.ts";
import type { Producer } from "../admit/producer.ts";

export interface CostPorts {
  readonly store: Pick<IntakeStore, "accounts">;
  readonly intake: Intake;
  /** Wall clock, epoch ms: a forecast is counted from it. */
  readonly now: () => number;
}

/** What one leg would cost, and the account as it stands. */
export interface CostedLeg {
  readonly cost: LegCost;
  readonly state: AccountState;
}

export type Costed =
  | {
      readonly kind: "costed";
      readonly plan: IntentPlan;
      readonly legs: readonly CostedLeg[];
      /** Of the prefetch that its `then` asks for; null: it asks for none. */
      readonly follower: readonly CostedLeg[] | null;
    }
  | {
      readonly kind: "refused";
      readonly why: "invalid" | "forbidden";
      readonly problems: readonly Problem[];
    };

/** What an intent would cost, were it submitted now. Changes nothing. */
export async function costIntent(body: Json, producer: Producer, ports: CostPorts): Promise<Costed> {
  // It is never staged, so its id is nobody's.
  const planned = await planPatiently(body, producer, ports.intake, () => "int_plan");
  if (!planned.ok) return { kind: "refused", why: planned.why, problems: planned.problems };
  const { plan, follower } = planned;
  const states = await ports.store.accounts();
  const { priority, notBeforeMs } = plan.head;
  const fromMs = Math.max(ports.now(), notBeforeMs ?? 0);
  const costOf = async (leg: LegPlan, purge?: LegCost) => {
    const state = states.find(({ account }) => account === leg.account);
    const known = ports.intake.accounts.find(({ name }) => name === leg.account);
    if (state === undefined || known === undefined) throw new Error(`plan: no account ${leg.account}`);
    const { limits, account } = known;
    // What is paused or stuck has not come to any later day.
    const endsAtMs = purge?.lastCallAtMs ?? null;
    const facts = {
      limits,
      coalesce: account.coalesce,
      isUrgent: priority === "urgent",
      producer: producer.name,
      fromMs: endsAtMs ?? fromMs,
      ...(purge === undefined || endsAtMs === null ? {} : { days: purge.days }),
    };
    return { cost: await patiently(leg, { ...facts, state: after(purge, state, producer.name) }), state };
  };
  const legs: CostedLeg[] = [];
  for (const leg of plan.legs) legs.push(await costOf(leg));
  if (follower === null) return { kind: "costed", plan, legs, follower: null };
  const then: CostedLeg[] = [];
  for (const leg of follower.legs) {
    const purge = legs.find(({ cost }) => cost.account === leg.account)?.cost;
    then.push(await costOf(leg, purge));
  }
  return { kind: "costed", plan, legs, follower: then };
}

/** The account as the purge leaves its day to the prefetch. */
function after(purge: LegCost | undefined, state: AccountState, by: string): AccountState {
  const quotas = state.quotas.map((quota) => {
    const spent = purge?.quotas.find((cost) => cost.class === quota.class);
    if (spent === undefined) return quota;
    const units = spent.before - spent.after;
    const shares = (quota.shares ?? []).map((share) =>
      share.producer === by ? { ...share, used: share.used + units } : share,
    );
    return { ...quota, reserved: quota.reserved + units, shares };
  });
  return { ...state, quotas };
}

// At some microseconds a call a few milliseconds: all that a plan of 10,000 calls may keep others waiting at once.
const CALLS_A_STEP = 250;

async function patiently(leg: LegPlan, facts: CostFacts): Promise<LegCost> {
  const going = legCost(leg, facts);
  for (let calls = 1; ; calls += 1) {
    const step = going.next();
    if (step.done === true) return step.value;
    if (calls % CALLS_A_STEP === 0) await breathe();
  }
}
