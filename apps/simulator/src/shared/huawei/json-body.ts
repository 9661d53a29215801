import type { Json, JsonObject } from "@purgeline/core";
import type { WireRequest } from "../../kernel/index.ts";

/** The body as an object; null: it is none. */
export function bodyOf({ body }: WireRequest): JsonObject | null {
  try {
    const value = JSON.parse(body.toString("utf8")) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}
