import { counted } from "@purgeline/core";
import { columns, printable } from "./columns.ts";
import { records, text } from "./receipt.ts";
import { isRecord } from "./reply.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `POST /v1/plan` for a person: by account what is sent, what it takes of the day, and how long that lasts. */
export function planText(body: unknown): string {
  if (!isRecord(body)) return "";
  const own = records(body.accounts).map((leg) => legText(leg, text(body.op)));
  const then = isRecord(body.then) ? body.then : {};
  return [...own, ...records(then.accounts).map((leg) => legText(leg, `then ${text(then.op)}`))].join("\n");
}

function legText(leg: Fields, operation: string): string {
  const head = [
    `${text(leg.account)}: ${operation}`,
    `${many(leg.keys, "target")}${some(leg.duplicates, "given more than once")}${some(leg.absorbed, "absorbed")}`,
    many(leg.calls, "call"),
    etaText(leg),
  ].join(" · ");
  return (
    `${printable(head)}\n` +
    columns(records(leg.lanes).map(laneRow), "  ") +
    columns(records(leg.quotas).map(quotaRow), "  ")
  );
}

function etaText(leg: Fields): string {
  if (leg.paused === true) return "paused";
  if (leg.stopped === true) return "stopped";
  return typeof leg.eta === "string" ? `sent by about ${leg.eta}` : "not sent within a year";
}

function laneRow(lane: Fields): readonly string[] {
  return [
    text(lane.lane),
    `${many(lane.keys, "target")}${some(lane.absorbed, "absorbed")}`,
    `${text(lane.calls)} × ${text(lane.call)}`,
    typeof lane.ahead === "number" && lane.ahead > 0
      ? `behind ${lane.ahead} that ${lane.ahead === 1 ? "waits" : "wait"}`
      : "",
  ];
}

function quotaRow(quota: Fields): readonly string[] {
  const { later } = quota;
  return [
    `quota ${text(quota.quota)}`,
    many(quota.units, "unit"),
    `${text(quota.before)} left today, then ${text(quota.after)}`,
    typeof later === "number" && later > 0
      ? `${later} ${later === 1 ? "waits" : "wait"} for ${text(quota.resetsAt)} or later`
      : "",
  ];
}

function many(count: unknown, word: string): string {
  return counted(Number(count), word);
}

function some(count: unknown, what: string): string {
  return typeof count === "number" && count > 0 ? ` (${count} ${what})` : "";
}
