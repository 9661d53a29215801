import { columns } from "./columns.ts";
import type { Receipt } from "./receipt.ts";

const HEAD = ["ID", "OP", "STATE", "CONFIRMED", "CREATED", "BY", "LABELS"];

/** A page of `list`, newest first as the server gave it. */
export function intentsText(receipts: readonly Receipt[]): string {
  if (receipts.length === 0) return "no intents\n";
  const rows = receipts.map((receipt) => [
    receipt.id,
    receipt.op,
    receipt.state,
    `${receipt.counts.confirmed}/${receipt.counts.total}`,
    receipt.createdAt,
    receipt.createdBy,
    Object.entries(receipt.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(" "),
  ]);
  return columns([HEAD, ...rows]);
}
