import type { Row } from "@purgeline/core";

export function row(item: string | null, end: Row["end"] = "confirmed"): Row {
  return { item, end, code: end === "failed" ? "Bad" : null, message: null };
}
