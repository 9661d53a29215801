import type {
  AccountSettings,
  Cover,
  CoverRule,
  LaneSpec,
  Provider,
  ProviderTable,
  Sourced,
} from "@purgeline/core";
import { code, list, markdownTable } from "./markdown-table.ts";

const NONE = "–";

/** Everything that is a number about one kind of account, as Markdown. */
export function limitTables(provider: Provider, settings: AccountSettings): string {
  const table = provider.table(settings);
  const parts = [
    lanesOf(table),
    coversOf(table),
    callsOf(provider, table, settings),
    quotasOf(table),
    facts(table),
    sources(table),
  ];
  return parts.filter((part) => part !== "").join("\n");
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
      "same key again",
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
      duration(spec.resendAfterMs),
      costOf(spec),
    ]),
  );
}

/** Which work makes which other needless; empty where none does. */
function coversOf({ lanes }: ProviderTable): string {
  const rows = Object.entries(lanes).flatMap(([lane, { coveredBy = [] }]) =>
    coveredBy.map((by) => [
      code(lane),
      widerOf(by),
      list(Object.entries(by.options).map(ruleText)) || "equal options",
    ]),
  );
  return rows.length === 0 ? "" : markdownTable(["lane", "is absorbed by", "where"], rows);
}

function widerOf({ lane, reach }: Cover): string {
  return reach === "directory"
    ? `${code(lane)} of a directory that holds it`
    : `${code(lane)} of the same id`;
}

function ruleText([option, rule]: readonly [string, CoverRule]): string {
  if (rule.kind === "list") return `${code(option)} is absent or names as much`;
  const [[word, rank] = []] = Object.entries(rule.words ?? {});
  if (word === undefined || rank === undefined) return `${code(option)} is not less`;
  return rank < rule.absent
    ? `not ${code(`${option}: ${word}`)} over others`
    : `${code(`${option}: ${word}`)} over others`;
}

/** The class that a target spends, and how often. */
function costOf({ quota, quotaByOption, unitsPerTarget }: LaneSpec): string {
  if (quota === null) return NONE;
  const units = unitsPerTarget === 1 ? "" : ` × ${unitsPerTarget}`;
  return `${code(quota)}${units}${quotaByOption === null ? "" : `, or by ${code(quotaByOption.option)}`}`;
}

function callsOf(provider: Provider, { lanes, calls }: ProviderTable, settings: AccountSettings): string {
  const submits = new Set(Object.values(lanes).map(({ call }) => call));
  const quota = new Set(provider.quota?.calls(settings));
  const kindOf = (call: string): string =>
    submits.has(call) ? "submit" : quota.has(call) ? "quota query" : "query";
  return markdownTable(
    ["operation", "is", "a second", "a minute", "tasks a query", "time-out"],
    Object.entries(calls).map(([call, spec]) => [
      code(call),
      kindOf(call),
      count(spec.perSecond),
      count(spec.perMinute),
      kindOf(call) === "query" ? String(provider.poll.max(call)) : NONE,
      duration(spec.timeoutMs),
    ]),
  );
}

function quotasOf({ lanes, quotas }: ProviderTable): string {
  return markdownTable(
    ["quota", "a day", "spent by"],
    Object.entries(quotas).map(([name, limit]) => {
      const spenders = Object.entries(lanes).flatMap(([lane, spec]) => spendersOf(lane, spec, name));
      return [code(name), count(limit), list(spenders) || NONE];
    }),
  );
}

function spendersOf(lane: string, { quota, quotaByOption }: LaneSpec, name: string): readonly string[] {
  const moved = Object.entries(quotaByOption?.classes ?? {})
    .filter(([, classes]) => classes.includes(name))
    .map(([value]) => `${code(lane)} with ${code(`${quotaByOption?.option}: ${value}`)}`);
  return quota === name ? [code(lane), ...moved] : moved;
}

function facts(table: ProviderTable): string {
  const { resetTimeZone, pollEveryMs, lookBackMs } = table;
  return `Days begin at midnight in ${resetTimeZone}. A task is asked for ${duration(pollEveryMs)} after its submit, and for ${duration(lookBackMs)} at most; then its targets end \`unconfirmed\`. ${lookupFact(table)}\n`;
}

function lookupFact({ lanes, listedAfterMs }: ProviderTable): string {
  const listed = Object.entries(lanes).filter(([, { lookup }]) => lookup !== undefined);
  if (listedAfterMs === undefined || listed.length === 0)
    return "No list tells what became of a call whose answer was lost: it is sent again.";
  const calls = listed.flatMap(([, { lookup }]) =>
    lookup === undefined ? [] : [lookup.call, ...Object.values(lookup.callByOption?.calls ?? {})],
  );
  const others = Object.keys(lanes).filter((lane) => !listed.some(([name]) => name === lane));
  const rest = others.length === 0 ? "" : ` What was sent on ${list(others.map(code))} is sent again.`;
  return `A call whose answer was lost is looked up ${duration(listedAfterMs)} after that, by ${list([...new Set(calls)].map(code))}, and sent again where it is not listed.${rest}`;
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
  found.push(["listed after, ms", "every task", table.listedAfterMs ?? null]);
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

function count(number: Sourced | null): string {
  return number === null ? NONE : number.value.toLocaleString("en-US");
}

function duration({ value }: Sourced): string {
  const hours = value / 3_600_000;
  return hours >= 1 ? `${hours.toLocaleString("en-US")} h` : `${value / 1000} s`;
}
