import { anyHostMatches, type Problem, showValue, type TargetKind } from "@purgeline/core";
import type { IntakeAccount } from "./intake-accounts.ts";
import type { GivenAccount, IntentBody } from "./intent-body.ts";
import { glimpse, type Report } from "./json-shape.ts";
import type { Rights } from "./producer.ts";

// One of these reaches any number of objects.
const WIDE: readonly TargetKind[] = ["directories", "patterns", "ignoreParams"];

// Stands in each of up to 1,000 faults.
const MOST_LISTED = 20;

/** Reports what the token may not ask for at all, whatever the targets are. */
export function checkVerbs(body: IntentBody, rights: Rights, report: Report): void {
  const lacks = (path: readonly string[], verb: string, value: unknown): void => {
    const detail = `this token is not allowed ${JSON.stringify(verb)}; it is allowed ${listed(rights.verbs)}`;
    report({ path, code: "token-verb", value: glimpse(value), detail });
  };
  if (!rights.verbs.has(body.op)) lacks(["op"], body.op, body.op);
  if (body.priority === "urgent" && !rights.verbs.has("urgent")) lacks(["priority"], "urgent", "urgent");
  if (rights.verbs.has("directory")) return;
  for (const kind of WIDE) {
    const texts = body.targets.filter((target) => target.kind === kind).map(({ text }) => text);
    if (texts.length > 0) lacks([kind], "directory", texts);
  }
}

/** Names outside the token are refused whether they exist or not: nobody may probe for accounts. */
export function whyNotAccount(given: GivenAccount, rights: Rights): Problem | null {
  if (rights.accounts === null || rights.accounts.includes(given.name)) return null;
  const value = showValue(given.name);
  const detail = `this token does not reach the account ${JSON.stringify(value)}; expected one of ${listed(rights.accounts)}`;
  return { path: given.path, code: "token-account", value, detail };
}

/**
 * Why the token may not name this host ("" for media). A media id has no host, so
 * a token that is limited to hosts needs to be given accounts before it may use ids.
 */
export function whyNotHost(host: string, rights: Rights): string | null {
  if (rights.hosts === null) return null;
  if (host === "")
    return rights.accounts === null ? "this token is limited to hosts and may not name media" : null;
  if (anyHostMatches(rights.hosts, host)) return null;
  return `this token does not reach the host ${host}; expected one of ${listed(rights.hosts)}`;
}

/** What the token may, told to its holder: never what it may not reach, which nobody may probe for. */
export function listed(words: Iterable<string>): string {
  const all = [...words];
  const more = all.length - MOST_LISTED;
  return more > 0 ? `${all.slice(0, MOST_LISTED).join(", ")} and ${more} more` : all.join(", ");
}

export function reachable(
  accounts: readonly IntakeAccount[],
  rights: Rights | null,
): readonly IntakeAccount[] {
  const only = rights?.accounts ?? null;
  return only === null ? accounts : accounts.filter((account) => only.includes(account.name));
}
