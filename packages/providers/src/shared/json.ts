import type { Json, JsonObject } from "@purgeline/core";

/** The body as an object; null: not JSON (an HTML page of some proxy), or not an object. Never throws. */
export function parseObject(body: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value as Json) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string field; numbers are taken too, since providers send ids and counts as either; null: absent or something else. */
export function textField(object: JsonObject, name: string): string | null {
  const value = object[name];
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : null;
}

/** The objects of a list field; anything else in it is left out; absent or not a list: none. */
export function objectList(object: JsonObject, name: string): readonly JsonObject[] {
  const value = object[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
