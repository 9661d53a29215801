import { columns, printable } from "./columns.ts";
import { records, text } from "./receipt.ts";
import { isRecord } from "./reply.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `GET /v1/accounts` for a person: each account, what its lanes do and wait for, how much is left of its limits. */
export function accountsText(body: unknown): string {
  return records(isRecord(body) ? body.items : [])
    .map(accountText)
    .join("\n");
}

function accountText(account: Fields): string {
  const flags = [
    account.orphaned === true ? "orphaned: not in the configuration" : "",
    account.paused === true ? "paused" : "",
    isRecord(account.stopped) ? `stopped: ${text(account.stopped.reason)}` : "",
  ].filter((flag) => flag !== "");
  const head = [`${text(account.account)} (${text(account.provider)})`, ...flags].join(" · ");
  const error = account.lastError;
  const errors = isRecord(error)
    ? [["last error", [error.at, error.call, error.code, error.message].map(text).join(" ")]]
    : [];
  return (
    `${printable(head)}\n` +
    columns(records(account.lanes).map(laneRow), "  ") +
    columns(records(account.calls).map(callRow), "  ") +
    columns(records(account.quotas).map(quotaRow), "  ") +
    columns(errors, "  ")
  );
}

function laneRow(lane: Fields): readonly string[] {
  const ages = isRecord(lane.oldestUnconfirmedAgeMs) ? Object.values(lane.oldestUnconfirmedAgeMs) : [];
  const oldestMs = Math.max(0, ...ages.filter((age) => typeof age === "number"));
  const { waiting, toldBatch } = lane;
  return [
    text(lane.lane),
    `${text(lane.pending)} pending`,
    `${text(lane.inFlight)} in flight`,
    `${text(lane.running)} running`,
    oldestMs > 0 ? `oldest ${ageText(oldestMs)}` : "",
    said(
      isRecord(waiting) ? `waiting: ${text(waiting.reason)}${untilText(waiting.until)}` : "",
      typeof toldBatch === "number" ? `${text(lane.batch)} a call (told ${toldBatch})` : "",
    ),
  ];
}

function callRow(call: Fields): readonly string[] {
  const rate = (limit: unknown, inForce: unknown, used: unknown, unit: string): string => {
    if (typeof limit !== "number") return "";
    const slowed = typeof inForce === "number" && inForce < limit ? ` (slowed to ${inForce})` : "";
    return `${text(used)}/${limit} a ${unit}${slowed}`;
  };
  return [
    text(call.call),
    rate(call.perSecond, call.perSecondInForce, call.usedLastSecond, "second"),
    rate(call.perMinute, call.perMinuteInForce, call.usedLastMinute, "minute"),
  ];
}

function quotaRow(quota: Fields): readonly string[] {
  const { exhaustedAt, usedElsewhere, told, shares } = quota;
  return [
    `quota ${text(quota.quota)}`,
    `${text(quota.used)}/${text(quota.limit)} used${othersText(usedElsewhere)}`,
    `${text(quota.reserved)} reserved`,
    `${text(quota.remaining)} left`,
    `resets ${text(quota.resetsAt)}`,
    said(
      typeof exhaustedAt === "string" ? `spent at about ${exhaustedAt}` : "",
      records(shares)
        .map(({ token, used, limit }) => `${text(token)} ${text(used)}/${text(limit)}`)
        .join(", "),
      isRecord(told) ? toldText(told) : "",
    ),
  ];
}

/** What there is to say of these, in the last column. */
function said(...texts: readonly string[]): string {
  return texts.filter((each) => each !== "").join("  ");
}

function othersText(usedElsewhere: unknown): string {
  return typeof usedElsewhere === "number" && usedElsewhere > 0 ? `, ${usedElsewhere} by others` : "";
}

function toldText(told: Fields): string {
  const left = typeof told.remaining === "number" ? `${told.remaining} left` : "";
  const limit = typeof told.limit === "number" ? `of ${told.limit}` : "";
  const figures = [left, limit].filter((each) => each !== "").join(" ");
  return figures === "" ? "" : `told ${figures} at ${text(told.at)}`;
}

function untilText(until: unknown): string {
  return typeof until === "string" ? ` until ${until}` : "";
}

/** Two units are enough to judge by: `3 h 12 min`. */
export function ageText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
