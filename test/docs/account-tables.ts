import type { AccountSettings, CallOptions, Checked, IntentOptions, Lane, Provider } from "@purgeline/core";
import type { PageAccount, ProviderPage } from "@purgeline/providers";
import { code, list, markdownTable } from "./markdown-table.ts";
import { CREDENTIALS, settingsOf } from "./page-account.ts";

/** What the provider asks of an account: not told by anyone, but tried on its `check`. */
export function accountTable(provider: Provider, page: ProviderPage): string {
  const settings = settingsOf(provider, page.accounts[0]);
  const why = (changes: Partial<AccountSettings>, key: string): string | null =>
    provider.check({ ...settings, ...changes }).find(({ path }) => path.join(".") === key)?.detail ?? null;
  const [usual, ...others] = provider.signatures;
  const rows: [string, string][] = [
    ["provider", code(provider.name)],
    [
      "signature",
      usual === undefined ? "no choice" : list([`${code(usual)} (default)`, ...others.map(code)]),
    ],
    ["region", why({ region: null }, "region") ?? "not required"],
    ["projectId", why({ projectId: null }, "projectId") ?? "not required"],
    ...(provider.ownSettings ?? []).map((name): [string, string] => {
      const { [name]: _gone, ...own } = settings.own;
      const need = why({ own }, `settings.${name}`);
      const told = [page.settings?.[name] ?? "", need].filter((text) => text !== null);
      return [`settings.${name}`, told.join("; ")];
    }),
    ["credentials", credentialsOf(provider, settings)],
  ];
  return markdownTable(
    ["key", "value"],
    rows.map(([key, value]) => [code(key), value]),
  );
}

function credentialsOf(provider: Provider, settings: AccountSettings): string {
  const isTaken = (credentials: AccountSettings["credentials"]): boolean =>
    provider.check({ ...settings, credentials }).every(({ path }) => path[0] !== "credentials");
  return Object.values(CREDENTIALS)
    .filter(({ sample }) => isTaken(sample))
    .map(({ told }) => told)
    .join("; or ");
}

/** What an intent's `options` may say, lane by lane: `strength` and `area` are tried, the provider's own are its page's. */
export function optionsTable(provider: Provider, page: ProviderPage, account: PageAccount): string {
  const settings = settingsOf(provider, account);
  const lanes = Object.keys(provider.table(settings).lanes) as Lane[];
  const takes = (lane: Lane, given: Partial<IntentOptions>): boolean =>
    ask(provider, lane, given, settings).ok;
  const soft = lanes.filter((lane) => takes(lane, { strength: "soft" }));
  const areas = Map.groupBy(lanes, (lane) =>
    list((page.areas ?? []).filter((area) => takes(lane, { area })).map(code)),
  );
  const rows = [
    ...(soft.length === 0 ? [] : [[code("strength"), laneList(soft), "`hard` (default), `soft`"]]),
    ...[...areas].flatMap(([words, of]) => (words === "" ? [] : [[code("area"), laneList(of), words]])),
    ...(account.options ?? []).map(({ name, lanes: of, expected }) => [
      code(`"${provider.name}": { ${name} }`),
      laneList(of),
      expected,
    ]),
  ];
  if (rows.length === 0)
    return "An intent's `options` can say nothing here but `strength: hard`, the default.\n";
  return markdownTable(["an intent's `options`", "lanes", "takes"], rows);
}

export function ask(
  provider: Provider,
  lane: Lane,
  given: Partial<IntentOptions>,
  settings: AccountSettings,
): Checked<CallOptions> {
  return provider.options(lane, { strength: null, area: null, own: null, ...given }, settings);
}

function laneList(lanes: readonly Lane[]): string {
  return list(lanes.map(code));
}
