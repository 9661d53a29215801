import { ROLLUP_PRODUCER } from "@purgeline/core";
import { isLoopbackHost } from "../address.ts";
import type { Token } from "../config.ts";
import type { Findings } from "../config-problem.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { Draft, TokenDraft } from "../schema/file.ts";

/** Shorter than this, a secret can be guessed over the network. */
const LEAST_SECRET = 8;
/** 16 random characters are 80 bits and more; what `openssl rand -hex 16` prints is twice as long. */
const GOOD_SECRET = 16;

/** Who may call; null: the file names no token. */
export function readTokens(draft: Draft, findings: Findings): readonly Token[] | null {
  const { tokens } = draft;
  whoseShares(draft, findings);
  if (tokens === undefined) {
    whoIsOpen(draft, findings);
    return null;
  }
  if (tokens.length === 0) {
    const way = "leave the key out to serve this machine without tokens";
    findings.problem(["tokens"], "required", `expected at least one token; ${way}`);
  }
  const read = tokens.map((token, index) => readToken(token, index, draft, findings));
  whatIsTwice(tokens, findings);
  return read.filter((token) => token !== null);
}

/**
 * One rule for every role, the worker's too, although it serves health and metrics only:
 * metrics tell account names and volumes, and a rule without exceptions is one that is kept.
 */
function whoIsOpen(draft: Draft, findings: Findings): void {
  if (findings.isBad(["tokens"])) return;
  for (const role of ["http", "worker", "board"] as const) {
    if (isLoopbackHost(draft[role].host)) continue;
    const detail =
      "expected a loopback address such as 127.0.0.1, since no tokens are configured: anybody could call";
    findings.problem([role, "host"], "no-tokens", detail);
  }
}

function readToken(token: TokenDraft, index: number, draft: Draft, findings: Findings): Token | null {
  const { name, secret, allow } = token;
  const missing = (key: string, what: string): void =>
    findings.problem(["tokens", index, key], "required", `expected ${what}`);
  if (name === undefined) missing("name", "a name: receipts and logs show it as the producer");
  if (secret === undefined) missing("secret", "the text that callers send as their Bearer token");
  else checkLength(secret, index, findings);
  if (allow === undefined) missing("allow", "a list of what the token may do");
  whichAccounts(token, index, draft, findings);
  if (name === undefined || secret === undefined || allow === undefined) return null;
  return {
    name,
    secret,
    allow: [...new Set(allow)],
    hosts: token.hosts ?? null,
    accounts: token.accounts ?? null,
  };
}

function checkLength(secret: string, index: number, findings: Findings): void {
  const path = ["tokens", index, "secret"];
  if (secret.length < LEAST_SECRET) {
    findings.problem(path, "weak-secret", `expected at least ${LEAST_SECRET} characters`);
  } else if (secret.length < GOOD_SECRET) {
    findings.warning(
      path,
      "weak-secret",
      `fewer than ${GOOD_SECRET} characters: openssl rand -hex 16 makes a good one`,
    );
  }
}

function whichAccounts(token: TokenDraft, index: number, draft: Draft, findings: Findings): void {
  const known = draft.accounts.map((account) => account.name);
  const names = known.filter((name) => name !== undefined);
  // An account whose name is unreadable may be the one that is meant.
  if (names.length === 0 || names.length < known.length) return;
  for (const [place, name] of (token.accounts ?? []).entries()) {
    if (names.includes(name)) continue;
    const detail = `expected the name of a configured account${didYouMean(name, names)}`;
    findings.problem(["tokens", index, "accounts", place], "unknown-account", detail);
  }
}

/** Whoever calls without tokens, the queue of foreign producers and our own policy are producers too. */
const OTHER_PRODUCERS = ["local", "queue:intents", ROLLUP_PRODUCER];

function whoseShares({ accounts, tokens = [] }: Draft, findings: Findings): void {
  // A token whose name is unreadable may be the one that is meant.
  if (findings.isBad(["tokens"]) || tokens.some(({ name }) => name === undefined)) return;
  const names = [...tokens.flatMap(({ name }) => name ?? []), ...OTHER_PRODUCERS];
  for (const [index, { quota }] of accounts.entries()) {
    for (const name of Object.keys(quota.shares ?? {})) {
      if (names.includes(name)) continue;
      const detail = `expected the name of a configured token${didYouMean(name, names)}`;
      findings.problem(["accounts", index, "quota", "shares", name], "unknown-token", detail);
    }
  }
}

function whatIsTwice(tokens: readonly TokenDraft[], findings: Findings): void {
  for (const key of ["name", "secret"] as const) {
    const seen = new Map<string, number>();
    for (const [index, token] of tokens.entries()) {
      const value = token[key];
      if (value === undefined) continue;
      const first = seen.get(value);
      if (first === undefined) seen.set(value, index);
      else {
        const detail = `expected a ${key} of its own: tokens[${first}] has the same`;
        findings.problem(["tokens", index, key], "duplicate", detail);
      }
    }
  }
}
