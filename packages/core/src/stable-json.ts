import type { Json, JsonObject } from "./words.ts";

/** JSON with the keys of every object in order: equal values have equal texts. */
export function stableJson(value: Json): string {
  if (isList(value)) return `[${value.map(stableJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${stableJson(member(value, key))}`);
  return `{${members.join(",")}}`;
}

// Array.isArray does not narrow a readonly array away from the object case.
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function member(value: JsonObject, key: string): Json {
  const found = value[key];
  if (found === undefined) throw new Error(`stableJson: ${JSON.stringify(key)} is not a JSON value`);
  return found;
}
