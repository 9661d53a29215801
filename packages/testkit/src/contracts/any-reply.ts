import type { HttpReply } from "@purgeline/core";
import fc from "fast-check";

/** Anything that a server could answer, and what a proxy or a firewall before it does answer. */
export function anyReply(): fc.Arbitrary<HttpReply> {
  return fc.record({
    status: fc.oneof(
      fc.constantFrom(200, 202, 400, 401, 403, 404, 429, 500, 503),
      fc.integer({ min: 200, max: 599 }),
    ),
    headers: fc.dictionary(fc.constantFrom("retry-after", "date", "x-request-id"), fc.string()),
    body: fc.oneof(fc.string(), fc.json(), fc.constantFrom("", "null", "[]", "{}", "0", "<html>", "{")),
  });
}
