import { type Problem, showValue } from "@purgeline/core";
import { glimpse } from "@purgeline/engine";
import { z } from "zod";
import type { ApiScope } from "./api-deps.ts";
import { ApiProblem } from "./api-problem.ts";

const PLACE: Readonly<Record<string, string>> = { querystring: "query", params: "path", headers: "headers" };

/**
 * Parameters are checked by their schemas. Bodies are not: admission does that, with codes and
 * pointers of its own. Answers are sent as the engine built them; tests hold them to their schemas.
 */
export function checkParameters(app: ApiScope): void {
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (data) => {
    // Without a value the body stays as it came: one that is missing would become null, which is JSON.
    if (httpPart === "body") return {};
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    return { error: invalidParameter(parsed.error, PLACE[httpPart ?? ""] ?? "query", data, known) };
  });
  app.setSerializerCompiler(() => JSON.stringify);
}

function invalidParameter(
  error: z.ZodError,
  place: string,
  data: unknown,
  known: readonly string[],
): ApiProblem {
  const errors = error.issues.flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({
        path: [place, showValue(key)],
        code: "unknown-parameter",
        detail: `there is no such parameter; expected ${known.length === 0 ? "none" : `one of ${known.join(", ")}`}`,
      }));
    const [name = ""] = issue.path.map(String);
    const value = typeof data === "object" && data !== null ? Reflect.get(data, name) : undefined;
    const shown = value === undefined ? {} : { value: glimpse(value) };
    return [{ path: [place, name], code: "invalid-parameter", ...shown, detail: expectation(issue, value) }];
  });
  return new ApiProblem("invalid-parameter", "Nothing was done.", { errors });
}

/** What was expected, in the house's words; a schema that knows it better has a message of its own. */
function expectation(issue: z.core.$ZodIssue, value: unknown): string {
  const isWord = issue.code === "invalid_value" || issue.code === "invalid_type";
  if (isWord && Array.isArray(value)) return `given ${value.length} times; expected it once`;
  if (issue.code === "invalid_value") return `expected one of ${issue.values.map(String).join(", ")}`;
  return issue.message;
}
