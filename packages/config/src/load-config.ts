import type { ProviderCatalog } from "@purgeline/core";
import { checkShape } from "./check-shape.ts";
import type { Config } from "./config.ts";
import { type ConfigProblem, collectFindings, type Findings } from "./config-problem.ts";
import { parseFile } from "./document.ts";
import type { Environment } from "./environment.ts";
import { deepFreeze } from "./freeze.ts";
import { toProblem } from "./place.ts";
import { readAccounts } from "./rules/account.ts";
import { readRedis } from "./rules/redis.ts";
import { readTokens } from "./rules/tokens.ts";
import type { Draft } from "./schema/file.ts";

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly ConfigProblem[] }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * Reads the text of `purgeline.yaml`: syntax, then the shape of every part, then the
 * rules between them. Only a syntax error ends it early; all else is reported at once.
 */
export function loadConfig(text: string, env: Environment, catalog: ProviderCatalog): LoadedConfig {
  const file = parseFile(text, env);
  if (file.broken.length > 0) return { ok: false, problems: inOrder(file.broken) };
  const missing = file.missing.map((finding) => finding.path);
  const shape = checkShape(file.data, missing);
  const rules = collectFindings([...missing, ...shape.findings.map((finding) => finding.path)]);
  const config = assemble(shape.draft, catalog, rules);
  const found = [...file.missing, ...shape.findings, ...rules.problems];
  if (found.length > 0) {
    return { ok: false, problems: inOrder(found.map((finding) => toProblem(finding, file))) };
  }
  const warnings = inOrder(rules.warnings.map((finding) => toProblem(finding, file)));
  return deepFreeze({ ok: true, config, warnings });
}

/** The whole configuration, as far as the rules let it be read: it counts only when they found no problem. */
function assemble(draft: Draft, catalog: ProviderCatalog, findings: Findings): Config {
  return {
    redis: draft.redis === undefined ? null : readRedis(draft.redis, findings),
    http: { ...draft.http, publicUrl: draft.http.publicUrl ?? null },
    worker: draft.worker,
    board: draft.board,
    tokens: readTokens(draft, findings),
    accounts: readAccounts(draft.accounts, catalog, findings),
    intake: draft.intake,
    history: { intentsMs: draft.history.intents, idempotencyKeysMs: draft.history.idempotencyKeys },
    health: draft.health,
    log: draft.log,
  };
}

/** As they stand in the file: whoever mends it goes from top to bottom. */
function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}
