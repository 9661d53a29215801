import { type IntakeStore, PERMIT_AGE_MS, type WorkStore } from "@purgeline/core";
import { batchNumber } from "./batch-id.ts";
import type { Connection } from "./connect.ts";
import { createContext, type StoreOptions, script } from "./context.ts";
import { listenForChanges } from "./intake/changes.ts";
import { intakeStore } from "./intake/intake-store.ts";
import { list, number } from "./script.ts";
import { settleLookup } from "./work/lookup.ts";
import { claimPolls, items, putOff, settle } from "./work/polls.ts";
import { claimQuota, settleQuota } from "./work/quota.ts";
import { record } from "./work/record.ts";
import { publish, renew, sweep } from "./work/rescue.ts";
import { type Clocks, take } from "./work/take.ts";

/** What producers' verbs need; `subscriber` is a connection of its own, for wake-ups. */
export function openIntakeStore(
  options: StoreOptions & { readonly subscriber: Connection },
): IntakeStore & { close(): void } {
  const context = createContext(options);
  const changes = listenForChanges(context, options.subscriber);
  return { ...intakeStore(context, changes), close: changes.close };
}

/** What workers' verbs need. */
export function openWorkStore(options: StoreOptions): WorkStore {
  const context = createContext(options);
  const clocks: Clocks = new Map();
  return {
    take: (slot, ageMs = PERMIT_AGE_MS, earlyMs = 0) => take(context, clocks, slot, { ageMs, earlyMs }),
    async permit(account, call, unusedMs, use = { ageMs: PERMIT_AGE_MS, attempt: null }) {
      const credential = context.credential(account);
      const reply = list(
        await context.run(
          script("permit"),
          account,
          call,
          unusedMs ?? "",
          credential,
          use.ageMs,
          use.attempt === null ? "" : batchNumber(use.attempt.id),
          use.attempt?.attempt ?? "",
        ),
        "permit",
      );
      return {
        waitMs: number(reply[0], "permit"),
        grantedAtMs: number(reply[1], "permit"),
        stopped: reply[2] === 1,
        superseded: reply[2] === 2,
      };
    },
    async rebook(account, call, grantedAtMs, leftAtMs) {
      await context.run(script("rebook"), account, call, grantedAtMs, leftAtMs);
    },
    record: (slot, batch, verdict, seen) => record(context, slot, batch, verdict, seen),
    claimPolls: (slot, most, ageMs = PERMIT_AGE_MS) => claimPolls(context, slot, most, ageMs),
    items: (account, batch) => items(context, account, batch),
    settle: (account, answer) => settle(context, account, answer),
    settleLookup: (account, answer) => settleLookup(context, account, answer),
    putOff: (account, tasks, inMs, hold, seen) => putOff(context, account, tasks, inMs, hold, seen),
    claimQuota: (account, round) => claimQuota(context, account, round),
    settleQuota: (account, answer) => settleQuota(context, account, answer),
    sweep: (account) => sweep(context, account),
    renew: (account, alive, lost) => renew(context, account, alive, lost),
    publish: (account, limits, revision) => publish(context, account, limits, revision),
  };
}
