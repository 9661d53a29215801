import { columns } from "../client/columns.ts";
import type { Addresses } from "../up/role-process.ts";

/** What a newcomer gets to see once the sample is through. */
export function guideText(facts: {
  readonly addresses: Addresses;
  readonly simulators: readonly { readonly origin: string; readonly accounts: readonly string[] }[];
  readonly api: string;
  readonly config: string;
}): string {
  const { api } = facts;
  const rows = [
    ...Object.entries(facts.addresses),
    ...facts.simulators.map(({ origin, accounts }) => [`simulator: ${accounts.join(", ")}`, origin]),
    ["configuration", facts.config],
  ];
  const body = JSON.stringify({ op: "purge", urls: ["https://img.shop.example.com/hello.jpg"] });
  const isDefault = api === "http://127.0.0.1:8080";
  const purgeline = `${isDefault ? "" : `PURGELINE_URL=${api} `}npm run -s purgeline --`;
  return `
Serving until Ctrl-C:
${columns(rows, "  ")}
Try it:
  curl -sS ${api}/v1/intents -H 'content-type: application/json' -d '${body}'
  ${purgeline} purge https://img.shop.example.com/hello.jpg
  ${purgeline} list
  ${purgeline} accounts
`;
}
