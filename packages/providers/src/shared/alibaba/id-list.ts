import type { JsonObject } from "@purgeline/core";
import { textField } from "../json.ts";

/** A comma-joined list field, each entry once; none where the field is absent, empty or no text. */
export function idList(body: JsonObject, name: string): readonly string[] {
  const entries = (textField(body, name) ?? "").split(",").map((entry) => entry.trim());
  return [...new Set(entries.filter((entry) => entry !== ""))];
}
