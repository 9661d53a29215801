import { LANES, type Provider } from "@purgeline/core";
import type { ProviderPage } from "@purgeline/providers";
import { code, markdownTable } from "./markdown-table.ts";
import { settingsOf } from "./page-account.ts";

const HEAD = `# Providers

<!-- Written by test/docs: see CONTRIBUTING.md, "Documentation". -->

What Purgeline knows about each provider, in numbers, written from the code
(\`packages/providers/src/*/{page,table}.ts\`) by
\`PURGELINE_WRITE_DOCS=1 node_modules/.bin/vitest run test/docs\`; a test fails when a page differs.
`;

const GUIDE = `## How to read the pages

Every number is a default that an account may override: \`limits\` and \`quota\` in
[the configuration](../configuration.md); \`purgeline check\` prints what is in force. A source that says
_unconfirmed_ means that no page states the number and the careful choice was taken. Sources named
_Purgeline_ are our own choice. Nothing was tried on a live service.

- **batch**: targets in one call. **domains**: distinct hosts in one call. **a domain, a minute**:
  targets of one host in any minute. **body**: the encoded request body, checked by arithmetic before
  the seal. **same key again**: how soon after the answer to its last sending a key may be sent again.
- **a second, a minute**: calls in _any_ second or minute, over all processes
  ([how](../ARCHITECTURE.md#the-gate)).
- **submit** calls carry targets, **query** calls ask for tasks, **quota query** calls ask what the
  provider still takes: its answer counts where it is lower, and \`accounts\` shows it. **tasks a query**: how many of the provider's task ids one query takes.
- **quota**: what the provider counts in a day. Each target costs one unit unless the page says more.
  \`class@area\` counts one area alone.
- **refusals**: what a submit's error code means, whatever its HTTP status. _throttled_: not applied; the
  call (_domains throttled_: only targets of the batch's domains) waits. _quota_: not applied; the day is
  over (_quota, perhaps_: the quota query decides). _transient_: not applied; the same again, later. _unknown_:
  perhaps applied; the same again, later, and what was given twice is counted. _one of the items_: not
  applied; the batch is halved until the bad item is alone. _signed anew_: once, with a fresh time, nonce
  or token. _account stopped_: nothing more is sent until somebody resumes it or changes the credentials,
  but for a probe now and then. _refused_: for good. A code that is not listed is unknown.
- An intent's **options** that a lane does not take are refused, with the allowed ones named.
`;

/** All of docs/providers/README.md. */
export function renderIndex(entries: readonly (readonly [Provider, ProviderPage])[]): string {
  const table = markdownTable(
    ["provider", "page", ...LANES.map(code)],
    entries.map(([provider, page]) => {
      const lanes = new Set(
        page.accounts.flatMap((account) => Object.keys(provider.table(settingsOf(provider, account)).lanes)),
      );
      const marks = LANES.map((lane) => (lanes.has(lane) ? "✓" : ""));
      return [code(provider.name), `[${page.title}](${provider.name}.md)`, ...marks];
    }),
  );
  return [HEAD, table, GUIDE].join("\n");
}
