import { anyHostMatches, type IntentHead } from "@purgeline/core";
import type { Producer } from "../admit/producer.ts";

/** Whether the producer may know that the intent exists: its own, or all of it within its reach. */
export function maySee(head: IntentHead, { name, rights }: Producer): boolean {
  if (rights === null || head.createdBy === name) return true;
  if (!rights.verbs.has("read")) return false;
  const { accounts, hosts } = rights;
  if (accounts !== null && !head.accounts.every((account) => accounts.includes(account))) return false;
  if (hosts === null) return true;
  // Too many hosts to be known, or media alone, which has none.
  if (head.hosts === null || (head.hosts.length === 0 && accounts === null)) return false;
  return head.hosts.every((host) => anyHostMatches(hosts, host));
}

/** Whether the producer may cancel or retry it: its own, while it still holds the verb. */
export function mayChange(head: IntentHead, { name, rights }: Producer): boolean {
  return rights === null || (head.createdBy === name && rights.verbs.has(head.op));
}

export function mayReadAccount(account: string, { rights }: Producer): boolean {
  return rights?.accounts?.includes(account) ?? true;
}
