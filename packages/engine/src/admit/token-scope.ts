import { anyHostMatches, type Problem, type TargetKind } from "@purgeline/core";
import type { IntakeAccount } from "./intake-accounts.ts";
import type { GivenAccount, IntentBody } from "./intent-body.ts";
import type { Report } from "./json-shape.ts";
import type { Rights } from "./producer.ts";

// One of these reaches any number of objects.
const WIDE: readonly TargetKind[] = ["directories", "patterns", "ignoreParams"];

/** Reports what the token may not ask for at all, whatever the targets are. */
export function checkVerbs(body: IntentBody, rights: Rights, report: Report): void {
  const lacks = (path: readonly string[], verb: string): void => {
    const detail = `this token is not allowed ${JSON.stringify(verb)}`;
    report({ path, code: "token-verb", detail });
  };
  if (!rights.verbs.has(body.op)) lacks(["op"], body.op);
  if (body.priority === "urgent" && !rights.verbs.has("urgent")) lacks(["priority"], "urgent");
  for (const kind of WIDE) {
    if (body.targets.some((target) => target.kind === kind) && !rights.verbs.has("directory"))
      lacks([kind], "directory");
  }
}

/** Names outside the token are refused whether they exist or not: nobody may probe for accounts. */
export function whyNotAccount(given: GivenAccount, rights: Rights): Problem | null {
  if (rights.accounts === null || rights.accounts.includes(given.name)) return null;
  const detail = "this token does not reach the account";
  return { path: given.path, code: "token-account", detail };
}

/**
 * Why the token may not name this host ("" for media). A media id has no host, so
 * a token that is limited to hosts needs to be given accounts before it may use ids.
 */
export function whyNotHost(host: string, rights: Rights): string | null {
  if (rights.hosts === null) return null;
  if (host === "")
    return rights.accounts === null ? "this token is limited to hosts and may not name media" : null;
  return anyHostMatches(rights.hosts, host) ? null : "this token does not reach the host";
}

export function reachable(
  accounts: readonly IntakeAccount[],
  rights: Rights | null,
): readonly IntakeAccount[] {
  const only = rights?.accounts ?? null;
  return only === null ? accounts : accounts.filter((account) => only.includes(account.name));
}
