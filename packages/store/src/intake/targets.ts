import { type Lane, LETTER, type Page, type State, stateOf, type TargetView } from "@purgeline/core";
import { batchId } from "../batch-id.ts";
import { type Context, script } from "../context.ts";
import { list, number, text } from "../script.ts";
import { laneNamed } from "../slots.ts";
import { parseReason } from "./legs.ts";

export interface StoredTarget {
  readonly position: number;
  readonly lane: Lane;
  readonly state: State;
  readonly text: string;
  readonly batch: number;
  readonly reason: string;
  readonly via: string;
}

/** Targets of one leg from a position on; null: no such leg. `next`: where the next page starts, or null. */
export async function readTargets(
  context: Context,
  account: string,
  intentId: string,
  states: readonly State[],
  from: number,
  limit: number,
): Promise<{ readonly targets: readonly StoredTarget[]; readonly next: number | null } | null> {
  const letters = states.map((state) => LETTER[state]).join("");
  const reply = await context.run(script("read_targets"), account, intentId, letters, from, limit);
  if (reply === null) return null;
  const [next, ...flat] = list(reply, "read_targets");
  const targets: StoredTarget[] = [];
  for (let i = 0; i + 6 < flat.length; i += 7) {
    targets.push({
      position: number(flat[i], "read_targets"),
      lane: laneNamed(text(flat[i + 1], "read_targets")),
      state: stateOf(text(flat[i + 2], "read_targets")),
      text: text(flat[i + 3], "read_targets"),
      batch: number(flat[i + 4], "read_targets"),
      reason: text(flat[i + 5], "read_targets"),
      via: text(flat[i + 6], "read_targets"),
    });
  }
  const position = number(next, "read_targets");
  return { targets, next: position === -1 ? null : position };
}

/** A page over all legs in turn; cursor: `<account>:<position>`. */
export async function targetsPage(
  context: Context,
  accounts: readonly string[],
  intentId: string,
  filter: { readonly state: State | null; readonly cursor: string | null; readonly limit: number },
): Promise<Page<TargetView>> {
  const [startAccount = accounts[0] ?? "", startAt = "0"] = filter.cursor?.split(":") ?? [];
  const items: TargetView[] = [];
  for (const account of accounts.slice(Math.max(0, accounts.indexOf(startAccount)))) {
    const from = account === startAccount ? Number(startAt) : 0;
    const room = filter.limit - items.length;
    if (room === 0) return { items, nextCursor: `${account}:${from}` };
    const page = await readTargets(
      context,
      account,
      intentId,
      filter.state === null ? [] : [filter.state],
      from,
      room,
    );
    if (page === null) continue;
    items.push(...page.targets.map((target) => viewOf(account, target)));
    if (page.next !== null) return { items, nextCursor: `${account}:${page.next}` };
  }
  return { items, nextCursor: null };
}

function viewOf(account: string, target: StoredTarget): TargetView {
  const reason = target.reason === "" ? null : parseReason(target.reason);
  return {
    target: target.text,
    account,
    lane: target.lane,
    state: target.state,
    batch: target.batch === 0 ? null : batchId(account, target.batch),
    via: target.via === "" ? null : target.via,
    code: reason?.code ?? null,
    message: reason?.message ?? null,
  };
}
