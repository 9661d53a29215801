import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { loadConfig } from "@purgeline/config";
import type { Lane, Provider } from "@purgeline/core";
import { type ProviderPage, providers } from "@purgeline/providers";
import { describe, expect, it } from "vitest";
import { ask } from "./account-tables.ts";
import { isWriting } from "./generated-part.ts";
import { settingsOf, yamlOf } from "./page-account.ts";
import { renderIndex } from "./provider-index.ts";
import { renderPage, SHORT_NAME } from "./provider-page.ts";
import { limitTables } from "./provider-tables.ts";
import { CLASSES } from "./refusals.ts";

const FOLDER = new URL("../../docs/providers/", import.meta.url);

/** By the name of the provider's folder: there is no list to forget. */
async function pageOf({ name }: Provider): Promise<ProviderPage> {
  const { page } = (await import(`@purgeline/providers/${name}/page`)) as { readonly page: ProviderPage };
  return page;
}

const ENTRIES = await Promise.all(
  Array.from(providers.values(), async (provider) => [provider, await pageOf(provider)] as const),
);
const ACCOUNTS = ENTRIES.flatMap(([provider, page]) =>
  page.accounts.map((account) => ({
    provider,
    account,
    options: account.options ?? [],
    what: `${provider.name}, ${account.title}`,
  })),
);

function expectFile(name: string, text: string): void {
  const file = new URL(name, FOLDER);
  if (isWriting) writeFileSync(file, text);
  expect(existsSync(file) ? readFileSync(file, "utf8") : "no such page").toBe(text);
}

describe("docs/providers", () => {
  it.each(ENTRIES)("has the page of $name as the code has it", async (provider, page) => {
    expectFile(`${provider.name}.md`, await renderPage(provider, page));
  });

  it("has an index of all providers as the code has them", () => {
    expectFile("README.md", renderIndex(ENTRIES));
  });

  it("has an index that explains every class of a refusal", () => {
    const index = renderIndex(ENTRIES);
    expect(CLASSES.filter((name) => !index.includes(`_${name}_`))).toEqual([]);
  });

  it("has no page of a provider that is gone", () => {
    const names = globSync("*.md", { cwd: FOLDER }).map((file) => file.replace(".md", ""));
    expect(names.filter((name) => name !== "README" && !providers.has(name))).toEqual([]);
  });

  it.each(ENTRIES)(
    "explains every short name of a source and every own setting of $name",
    (provider, page) => {
      const tables = page.accounts.map((account) => limitTables(provider, settingsOf(provider, account)));
      const used = tables.flatMap((text) => text.match(SHORT_NAME) ?? []);
      expect([...new Set(used)].filter((name) => page.sources?.[name] === undefined)).toEqual([]);
      expect(Object.keys(page.settings ?? {}).toSorted()).toEqual((provider.ownSettings ?? []).toSorted());
    },
  );
});

describe.each(ACCOUNTS)("the account that the page shows for $what", ({ provider, account, options }) => {
  it("is good, as configured and as the provider gets it", () => {
    const env = { ACCESS_KEY_ID: "id", ACCESS_KEY_SECRET: "secret" };
    const loaded = loadConfig(yamlOf(provider, account), env, providers);
    expect(loaded).toMatchObject({ ok: true, warnings: [] });
    const settings = settingsOf(provider, account);
    expect(loaded.ok ? loaded.config.accounts[0]?.settings : null).toEqual(settings);
  });

  it("takes each own option on the lanes that are named, and on no other", () => {
    const settings = settingsOf(provider, account);
    const lanes = Object.keys(provider.table(settings).lanes) as Lane[];
    const known = lanes.flatMap((lane) =>
      [...new Set(options.map(({ name }) => name))]
        .filter((name) => {
          const checked = ask(provider, lane, { own: { [name]: null } }, settings);
          return checked.ok || checked.problems.every((problem) => problem.code !== "unknown-option");
        })
        .map((name) => `${lane} ${name}`),
    );
    const told = options.flatMap(({ name, lanes: of }) => of.map((lane) => `${lane} ${name}`));
    expect(known.toSorted()).toEqual(told.toSorted());
  });
});
