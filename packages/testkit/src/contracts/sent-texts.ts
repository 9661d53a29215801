import type { HttpRequest, Json } from "@purgeline/core";

/**
 * Every text that a request carries, in whatever way providers carry lists: JSON strings, form
 * fields, query values and segments of the path, and these split at newlines and commas.
 */
export function sentTexts(request: HttpRequest): readonly string[] {
  const { pathname, searchParams } = new URL(request.url);
  const segments = pathname.split("/").map((segment) => decodeURIComponent(segment));
  const wholes = [...segments, ...searchParams.values(), ...bodyTexts(request)];
  return wholes.flatMap((whole) => {
    const lines = whole.split("\n");
    return lines.length > 1 ? lines : [whole, ...(whole.includes(",") ? whole.split(",") : [])];
  });
}

function bodyTexts({ body, headers }: HttpRequest): readonly string[] {
  if (body === null || body === "") return [];
  if (headers["content-type"]?.includes("json") === true) return jsonTexts(JSON.parse(body) as Json);
  return [...new URLSearchParams(body).values()];
}

function jsonTexts(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(jsonTexts);
}
