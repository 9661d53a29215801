import type { AccountSettings, LaneSpec, Provider, ProviderTable, Sourced } from "@purgeline/core";
import { markdownTable } from "./markdown-table.ts";

const NONE = "–";

/** Everything that is a number about one kind of account, as Markdown. */
export function renderProvider(provider: Provider, settings: AccountSettings): string {
  const table = provider.table(settings);
  const parts = [lanesOf(table), callsOf(provider, table), quotasOf(table), facts(table), sources(table)];
  return parts.join("\n");
}

function lanesOf({ lanes }: ProviderTable): string {
  return markdownTable(
    [
      "lane",
      "operation",
      "batch",
      "body, bytes",
      "target, characters",
      "domains",
      "a domain, a minute",
      "quota",
    ],
    Object.entries(lanes).map(([lane, spec]) => [
      code(lane),
      code(spec.call),
      count(spec.batch),
      count(spec.bodyBytes),
      count(spec.urlChars),
      count(spec.domains),
      count(spec.perDomainPerMinute),
      spec.quota === null ? NONE : code(spec.quota),
    ]),
  );
}

function callsOf(provider: Provider, { lanes, calls }: ProviderTable): string {
  const submits = new Set(Object.values(lanes).map(({ call }) => call));
  return markdownTable(
    ["operation", "is", "a second", "a minute", "tasks a query", "time-out"],
    Object.entries(calls).map(([call, spec]) => [
      code(call),
      submits.has(call) ? "submit" : "query",
      count(spec.perSecond),
      count(spec.perMinute),
      submits.has(call) ? NONE : String(provider.poll.max(call)),
      duration(spec.timeoutMs),
    ]),
  );
}

function quotasOf({ lanes, quotas }: ProviderTable): string {
  return markdownTable(
    ["quota", "a day", "spent by"],
    Object.entries(quotas).map(([name, limit]) => {
      const spenders = Object.entries(lanes).filter(([, { quota }]) => quota === name);
      return [code(name), count(limit), spenders.map(([lane]) => code(lane)).join(", ") || NONE];
    }),
  );
}

function facts({ resetTimeZone, pollEveryMs, lookBackMs }: ProviderTable): string {
  return `Days begin at midnight in ${resetTimeZone}. A task is asked for ${duration(pollEveryMs)} after its submit, and for ${duration(lookBackMs)} at most; then its targets end \`unconfirmed\`.\n`;
}

/** One row for each number: those of several places with one source are one. */
function sources(table: ProviderTable): string {
  const rows = new Map<
    string,
    { readonly places: string[]; readonly number: Sourced; readonly what: string }
  >();
  for (const [what, place, number] of numbersOf(table)) {
    const id = [what, number.value, number.source, number.asOf].join("\n");
    const row = rows.get(id) ?? { places: [], number, what };
    if (!row.places.includes(place)) row.places.push(place);
    rows.set(id, row);
  }
  return markdownTable(
    ["number", "of", "value", "source", "read on"],
    [...rows.values()].map(({ what, places, number }) => [
      what,
      places.join(", ") || "all",
      count(number),
      number.source,
      number.asOf,
    ]),
  );
}

function numbersOf(table: ProviderTable): readonly (readonly [string, string, Sourced])[] {
  const found: [string, string, Sourced | null][] = [];
  for (const [lane, spec] of Object.entries(table.lanes)) {
    for (const [what, number] of laneNumbers(spec)) found.push([what, code(lane), number]);
  }
  for (const [call, spec] of Object.entries(table.calls)) {
    found.push(
      ["calls a second", code(call), spec.perSecond],
      ["calls a minute", code(call), spec.perMinute],
    );
    found.push(["time-out, ms", code(call), spec.timeoutMs]);
  }
  for (const [quota, limit] of Object.entries(table.quotas)) found.push(["quota a day", code(quota), limit]);
  found.push(["first query after, ms", "every task", table.pollEveryMs]);
  found.push(["look-back, ms", "every task", table.lookBackMs]);
  return found.flatMap(([what, place, number]) => (number === null ? [] : [[what, place, number] as const]));
}

function laneNumbers(spec: LaneSpec): readonly (readonly [string, Sourced | null])[] {
  return [
    ["batch", spec.batch],
    ["body, bytes", spec.bodyBytes],
    ["target, characters", spec.urlChars],
    ["domains", spec.domains],
    ["a domain, a minute", spec.perDomainPerMinute],
    ["calls in flight", spec.inFlight],
    ["same key again after, ms", spec.resendAfterMs],
  ];
}

function code(name: string): string {
  return `\`${name}\``;
}

function count(number: Sourced | null): string {
  return number === null ? NONE : number.value.toLocaleString("en-US");
}

function duration({ value }: Sourced): string {
  const hours = value / 3_600_000;
  return hours >= 1 ? `${hours.toLocaleString("en-US")} h` : `${value / 1000} s`;
}
