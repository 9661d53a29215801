import type { IntentHead, Json, Limits, Slot, Swept } from "@purgeline/core";
import { type Context, script } from "../context.ts";
import { lanesOf } from "../intake/account-state.ts";
import { list, number, text } from "../script.ts";
import { ownerOf, slotPairs } from "../slots.ts";
import { movedOf } from "./record.ts";

export async function sweep(context: Context, name: string): Promise<Swept> {
  const account = context.account(name);
  const reply = await context.run(
    script("sweep"),
    name,
    lanesOf(account.limits).join(","),
    account.polls.join(","),
    context.credential(name),
  );
  const [found, lapsed, unstaged, resent, elsewhere, legs] = list(reply, "sweep");
  return {
    slots: slotPairs(name, found, "sweep"),
    lapsed: slotPairs(name, lapsed, "sweep"),
    unstaged: unstagedOf(list(unstaged, "sweep")),
    resent: number(resent, "sweep"),
    transitions: { targets: {}, ...movedOf(elsewhere, legs, "sweep") },
  };
}

function unstagedOf(flat: readonly unknown[]): Swept["unstaged"] {
  const found: Swept["unstaged"][number][] = [];
  for (let i = 0; i + 2 < flat.length; i += 3) {
    found.push({
      intentId: text(flat[i], "sweep"),
      head: JSON.parse(text(flat[i + 1], "sweep")) as IntentHead,
      body: JSON.parse(text(flat[i + 2], "sweep")) as Json,
    });
  }
  return found;
}

export async function renew(
  context: Context,
  account: string,
  alive: readonly Slot[],
  lost: readonly Slot[],
): Promise<readonly Slot[]> {
  if (alive.length + lost.length === 0) return [];
  const pairs = [...alive, ...lost].flatMap((slot) => [`${slot.kind.for}.${ownerOf(slot)}`, slot.id]);
  return slotPairs(account, await context.run(script("renew"), account, alive.length, ...pairs), "renew");
}

export async function publish(
  context: Context,
  account: string,
  limits: Limits,
  revision: { readonly atMs: number; readonly digest: string },
): Promise<boolean> {
  const { quotas, reserveForUrgent, shares } = limits;
  const fields = [
    ...lanesOf(limits).map((lane) => [`lane:${lane}`, limits.lanes[lane]] as const),
    ...Object.entries(limits.calls).map(([call, rate]) => [`call:${call}`, rate] as const),
    ["quotas", { limits: quotas, reserveForUrgent, ...(shares === undefined ? {} : { shares }) }] as const,
  ];
  const flat = fields.flatMap(([field, value]) => [field, JSON.stringify(value)]);
  const reply = await context.run(
    script("publish"),
    account,
    Math.floor(revision.atMs),
    revision.digest,
    ...flat,
  );
  return reply === 1;
}
