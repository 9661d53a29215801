import {
  type ClaimedQuota,
  type QuotaFigure,
  type QuotaRound,
  RESET_GUARD_MS,
  type Slot,
  type ToldQuota,
} from "@purgeline/core";
import { type Context, script } from "../context.ts";
import { lanesOf } from "../intake/account-state.ts";
import { type Arg, kinded, number, type Reply, text } from "../script.ts";
import { slotPairs } from "../slots.ts";
import { holdArgs, seenArgs } from "./record.ts";

export async function claimQuota(context: Context, name: string, round: QuotaRound): Promise<ClaimedQuota> {
  const { limits } = context.account(name);
  const reply = await context.run(
    script("claim_quota"),
    name,
    round.calls[0] ?? "",
    round.everyMs,
    Math.round(round.leaseMs),
    round.atOnce ? 1 : 0,
    lanesOf(limits).join(","),
    Object.keys(limits.quotas).join(","),
    context.credential(name),
  );
  const { kind, rest } = kinded(reply, "claim_quota");
  switch (kind) {
    case "ask":
      return { kind };
    case "wait":
      return { kind, waitMs: number(rest[0], "claim_quota"), told: figuresOf(rest.slice(1)) };
    default:
      throw new Error(`store: claim_quota answered ${JSON.stringify(kind)}`);
  }
}

function figuresOf(flat: Reply): readonly QuotaFigure[] {
  const units = (value: unknown): number | null => (value === "" ? null : number(value, "claim_quota"));
  const figures: QuotaFigure[] = [];
  for (let i = 0; i + 3 < flat.length; i += 4) {
    figures.push({
      class: text(flat[i], "claim_quota"),
      limit: units(flat[i + 1]),
      remaining: units(flat[i + 2]),
      batch: units(flat[i + 3]),
    });
  }
  return figures;
}

export async function settleQuota(
  context: Context,
  name: string,
  answer: ToldQuota,
): Promise<readonly Slot[]> {
  const account = context.account(name);
  const { limits } = account;
  const reply = await context.run(
    script("settle_quota"),
    name,
    ...seenArgs(answer.seen),
    ...holdArgs(answer.hold, answer.seen),
    answer.isLast ? 1 : 0,
    lanesOf(limits).join(","),
    // As for submits: a figure this near to a reset may be about either day.
    (limits.calls[answer.seen.call]?.timeoutMs ?? 0) + RESET_GUARD_MS,
    context.resets(account),
    context.credential(name),
    ...answer.figures.flatMap(figureArgs),
  );
  return slotPairs(name, reply, "settle_quota");
}

/** Nothing is less than nothing, and a batch of none would stop its lanes for ever: such figures tell nothing. */
function figureArgs(figure: QuotaFigure): readonly Arg[] {
  const units = (value: number | null): Arg => (value === null ? "" : Math.max(0, Math.floor(value)));
  const batch = figure.batch === null || figure.batch < 1 ? "" : Math.floor(figure.batch);
  return [figure.class, units(figure.limit), units(figure.remaining), batch];
}
