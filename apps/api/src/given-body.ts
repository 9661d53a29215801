import type { Json } from "@purgeline/core";
import { ApiProblem } from "./api-problem.ts";

/** An intent as it came. Not what a schema made of it: admission names every fault itself. */
export function givenBody(body: Json | undefined): Json {
  if (body === undefined) throw new ApiProblem("empty-body", "Send an intent as JSON.");
  return body;
}
