import { counted } from "@purgeline/core";
import { columns, printable } from "./columns.ts";
import { COUNTED_STATES, hasEnded, type Receipt, type Waiting } from "./receipt.ts";
import type { Wider } from "./wider.ts";

/** One line: what a log of progress and a list need. */
export function receiptLine(receipt: Receipt): string {
  const { counts } = receipt;
  const waits = hasEnded(receipt) ? [] : [...new Set(receipt.waiting.map(waitingText))].slice(0, 3);
  const said = [`${receipt.id} ${receipt.state}`, `${counts.confirmed}/${counts.total} confirmed`];
  for (const state of ["failed", "unconfirmed", "cancelled"] as const) {
    if (counts[state] > 0) said.push(`${counts[state]} ${state}`);
  }
  return printable([...said, ...waits.map((wait) => `waiting: ${wait}`)].join(" · "));
}

/** Everything a receipt says, for a person, and which wider purges do the work of its targets. */
export function receiptText(receipt: Receipt, wider: readonly Wider[] = []): string {
  const { counts } = receipt;
  const states = COUNTED_STATES.filter((state) => counts[state] > 0).map(
    (state) => `${counts[state]} ${state}`,
  );
  const labels = Object.entries(receipt.labels).map(([key, value]) => `${key}=${value}`);
  const repeats = counts.duplicates > 0 ? ` (${counts.duplicates} given more than once)` : "";
  const rows = [
    ["targets", `${counts.total}${repeats}: ${states.join(", ")}`],
    ["accounts", receipt.accounts.join(", ")],
    ["created", `${receipt.createdAt} by ${receipt.createdBy}`],
    ...(receipt.finishedAt === null ? [] : [["finished", receipt.finishedAt]]),
    ...(receipt.lives > 1 ? [["lives", String(receipt.lives)]] : []),
    ...(labels.length === 0 ? [] : [["labels", labels.join(" ")]]),
    ...(receipt.follower === null ? [] : [["then", receipt.follower]]),
    ...wider.map(({ via, state, targets }) => ["via", `${via}: ${targets} ${state}`]),
    ...receipt.waiting.map((wait) => [
      "waiting",
      `${wait.account} ${wait.lane}: ${counted(wait.targets, "target")} · ${waitingText(wait)}`,
    ]),
  ];
  const urgent = receipt.priority === "urgent" ? " urgent" : "";
  const head = printable(`${receipt.id} ${receipt.op}${urgent} ${receipt.state}`);
  return `${head}\n${columns(rows, "  ")}${failuresText(receipt)}`;
}

/** Failures, one a line: target, account, the provider's code and words. */
export function failuresText(receipt: Receipt): string {
  const rows = receipt.failures.map(({ target, account, code, message }) => [target, account, code, message]);
  const unseen = receipt.counts.failed + receipt.counts.unconfirmed - rows.length;
  const more = rows.length > 0 && unseen > 0 ? `  … and ${unseen} more\n` : "";
  return columns(rows, "  ") + more;
}

/** Waits for quiet and for the call's rate are over before anybody has read until when. */
const SHORT_WAITS: ReadonlySet<string> = new Set(["quiet", "rate"]);

export function waitingText({ reason, until }: Waiting): string {
  return until === null || SHORT_WAITS.has(reason) ? reason : `${reason} until ${until}`;
}
