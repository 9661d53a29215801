import type { Slot } from "@purgeline/core";

/** Braces from the first day: one hash tag, so that Redis Cluster keeps all keys of a queue together. */
export function queuePrefix(prefix: string): string {
  return `{${prefix}}`;
}

/** Intents of foreign producers, from any BullMQ client. */
export const INTENTS_QUEUE = "intents";

export function queueName(account: string, work: Slot["kind"]["for"]): string {
  return `${work}.${account}`;
}

/** Every queue of these accounts, in the order in which people look for them. */
export function queueNames(accounts: readonly string[]): readonly string[] {
  return [INTENTS_QUEUE, ...accountQueues(accounts)];
}

/** Those of the accounts alone. */
export function accountQueues(accounts: readonly string[]): readonly string[] {
  return accounts.flatMap((account) => [queueName(account, "submit"), queueName(account, "poll")]);
}
