import { existsSync } from "node:fs";
import type { Provider } from "@purgeline/core";
import type { PageAccount, ProviderPage } from "@purgeline/providers";
import { accountTable, optionsTable } from "./account-tables.ts";
import { markdownTable } from "./markdown-table.ts";
import { settingsOf, yamlOf } from "./page-account.ts";
import { limitTables } from "./provider-tables.ts";
import { refusalsTable } from "./refusals.ts";

const NOTE = `<!-- Written from packages/providers/src/NAME (page.ts, table.ts): see CONTRIBUTING.md, "Documentation". -->`;

/** All of docs/providers/<name>.md. */
export async function renderPage(provider: Provider, page: ProviderPage): Promise<string> {
  const [first] = page.accounts;
  const parts = [
    `# ${page.title}\n`,
    `${NOTE.replace("NAME", provider.name)}\n`,
    `${page.text}\n`,
    "How to read the tables: [Providers](README.md#how-to-read-the-pages).\n",
    "## The account\n",
    accountTable(provider, page),
    `\`\`\`yaml\n${yamlOf(provider, first)}\`\`\`\n`,
    ...exampleOf(provider),
    ...callbacksOf(provider),
    ...(await Promise.all(page.accounts.map((account) => limitsOf(provider, page, account)))),
  ];
  const tables = parts.join("\n");
  return `${tables}${sourcesOf(page, tables)}`;
}

function exampleOf({ name }: Provider): readonly string[] {
  const isThere = existsSync(new URL(`../../docs/examples/${name}.yaml`, import.meta.url));
  return isThere ? [`A whole file, with comments: [examples/${name}.yaml](../examples/${name}.yaml).\n`] : [];
}

function callbacksOf({ hint }: Provider): readonly string[] {
  return hint === undefined
    ? []
    : [
        "The provider's callbacks, where `credentials.callbackKey` is set, are hints to ask for a task now, never its end.\n",
      ];
}

async function limitsOf(provider: Provider, page: ProviderPage, account: PageAccount): Promise<string> {
  const isOne = page.accounts.length === 1;
  const settings = settingsOf(provider, account);
  return [
    isOne ? "## Limits and quotas\n" : `## ${account.title}\n`,
    ...(account.text === undefined ? [] : [`${account.text}\n`]),
    limitTables(provider, settings),
    isOne ? "## Options\n" : `### Options of ${account.title}\n`,
    optionsTable(provider, page, account),
    isOne ? "## Refusals\n" : `### Refusals of ${account.title}\n`,
    await refusalsTable(provider, settings),
  ].join("\n");
}

/** `SEED4`, `GHVOD`, `H:91164`: capitals and a number, or a page's own. */
export const SHORT_NAME = /\b(?:[A-Z]{3,}\d+|GH[A-Z]+|H:[\w.-]+)/g;

/** The short names that this page's tables use. */
function sourcesOf({ sources = {} }: ProviderPage, tables: string): string {
  const used = new Set(tables.match(SHORT_NAME));
  const rows = Object.entries(sources).filter(([name]) => used.has(name));
  if (rows.length === 0) return "";
  const table = markdownTable(
    ["name", "source"],
    rows.map(([name, source]) => [`\`${name}\``, source]),
  );
  return `\n## Sources\n\n${table}`;
}
