import type { Account, AccountSettings, Credentials, Provider, ProviderCatalog } from "@purgeline/core";
import { isLoopbackHost } from "../address.ts";
import type { Findings, Path } from "../config-problem.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { AccountDraft } from "../schema/file.ts";
import { readCredentials } from "./credentials.ts";
import { checkOverrides, readOverrides } from "./overrides.ts";
import { checkRollup } from "./rollup.ts";

/** Accounts that are whole; the findings tell of the others. */
export function readAccounts(
  drafts: readonly AccountDraft[],
  catalog: ProviderCatalog,
  findings: Findings,
): readonly Account[] {
  if (drafts.length === 0) findings.problem(["accounts"], "required", "expected at least one account");
  const seen = new Map<string, number>();
  for (const [index, { name }] of drafts.entries()) {
    if (name === undefined) continue;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else {
      const detail = `expected a name of its own: accounts[${first}] has the same`;
      findings.problem(["accounts", index, "name"], "duplicate", detail);
    }
  }
  return drafts
    .map((draft, index) => readAccount(draft, ["accounts", index], catalog, findings))
    .filter((account) => account !== null);
}

function readAccount(
  draft: AccountDraft,
  path: Path,
  catalog: ProviderCatalog,
  findings: Findings,
): Account | null {
  if (draft.name === undefined) findings.problem([...path, "name"], "required", "expected a name");
  const provider = findProvider(draft.provider, [...path, "provider"], catalog, findings);
  const credentials = readCredentials(draft.credentials, [...path, "credentials"], findings);
  checkOwnRules(draft, path, findings);
  const settings = settingsOf(draft, credentials ?? NO_CREDENTIALS);
  if (provider !== null) checkAgainst(provider, settings, draft, path, findings);
  if (provider === null || credentials === null || draft.name === undefined) return null;
  return {
    settings,
    hosts: [...new Set(draft.hosts)],
    cacheKey: draft.cacheKey,
    coalesce: draft.coalesce,
    overrides: readOverrides(draft),
    giveUpAfterMs: draft.giveUpAfter,
    askQuotaEveryMs: draft.quota.askEveryMs,
  };
}

/** Stands in for credentials that are unreadable, so that the provider can judge the rest in the same run. */
const NO_CREDENTIALS: Credentials = {
  kind: "keys",
  accessKeyId: "-",
  accessKeySecret: "-",
  securityToken: null,
};

function settingsOf(draft: AccountDraft, credentials: Credentials): AccountSettings {
  return {
    name: draft.name ?? "-",
    provider: draft.provider ?? "-",
    endpoint: draft.endpoint ?? null,
    region: draft.region ?? null,
    projectId: draft.projectId ?? null,
    own: draft.settings,
    callbackKey: draft.credentials?.callbackKey ?? null,
    signature: draft.signature ?? null,
    credentials,
  };
}

function findProvider(
  name: string | undefined,
  path: Path,
  catalog: ProviderCatalog,
  findings: Findings,
): Provider | null {
  const known = [...catalog.keys()];
  const provider = name === undefined ? undefined : catalog.get(name);
  if (provider !== undefined) return provider;
  const expected = `expected one of: ${known.join(", ")}`;
  if (name === undefined) findings.problem(path, "required", expected);
  else findings.problem(path, "unknown-provider", `${expected}${didYouMean(name, known)}`);
  return null;
}

/** What can be said without knowing the provider. */
function checkOwnRules(draft: AccountDraft, path: Path, findings: Findings): void {
  const { quietMs, maxWaitMs } = draft.coalesce;
  if (quietMs > maxWaitMs && !findings.isBad([...path, "coalesce"])) {
    const detail = `expected at most coalesce.maxWaitMs, which is ${maxWaitMs}`;
    findings.problem([...path, "coalesce", "quietMs"], "conflict", detail);
  }
  if (draft.rollup !== undefined && draft.rollup.directories === undefined)
    findings.problem(
      [...path, "rollup", "directories"],
      "required",
      "expected the directories that it is for",
    );
  const hosts = draft.cacheKey.map((rule) => rule.host);
  for (const [index, host] of hosts.entries()) {
    if (hosts.indexOf(host) === index) continue;
    const detail = `expected one rule for a host: cacheKey[${hosts.indexOf(host)}] has the same`;
    findings.problem([...path, "cacheKey", index, "host"], "duplicate", detail);
  }
  if (draft.endpoint?.startsWith("http:") && !isLoopbackHost(new URL(draft.endpoint).hostname)) {
    const detail = "not encrypted: what is sent, tokens included, can be read on the way";
    findings.warning([...path, "endpoint"], "plain-http", detail);
  }
}

/** What the provider says about the account, and how its table bears the overrides. */
function checkAgainst(
  provider: Provider,
  settings: AccountSettings,
  draft: AccountDraft,
  path: Path,
  findings: Findings,
): void {
  const { signature } = settings;
  const isKnown = signature === null || provider.signatures.includes(signature);
  if (!isKnown) {
    const choice =
      provider.signatures.length === 0
        ? `${provider.name} has one way to sign: leave the key out`
        : `expected one of: ${provider.signatures.join(", ")}${didYouMean(signature, provider.signatures)}`;
    findings.problem([...path, "signature"], "unknown-signature", choice);
  }
  const names = provider.ownSettings ?? [];
  for (const key of Object.keys(settings.own).filter((key) => !names.includes(key))) {
    const choice =
      names.length === 0
        ? `${provider.name} has no settings of its own: leave the key out`
        : `expected one of: ${names.join(", ")}${didYouMean(key, names)}`;
    findings.problem([...path, "settings", key], "unknown-key", choice);
  }
  if (settings.callbackKey !== null && provider.hint === undefined) {
    const detail = `${provider.name} makes no callbacks: leave the key out`;
    findings.problem([...path, "credentials", "callbackKey"], "unused-key", detail);
  }
  // A word that the provider does not know would choose no table: its first one serves for the other checks.
  const checkable = isKnown ? settings : { ...settings, signature: null };
  for (const problem of provider.check(checkable)) {
    if (settings.credentials === NO_CREDENTIALS && problem.path[0] === "credentials") continue;
    findings.problem([...path, ...problem.path], problem.code, problem.detail);
  }
  const overrides = readOverrides(draft);
  checkOverrides(overrides, provider.table(checkable), path, findings);
  checkRollup(overrides, provider.table(checkable), draft.hosts, [...path, "rollup"], findings);
}
