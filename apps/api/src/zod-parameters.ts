import { type Problem, showValue } from "@purgeline/core";
import type { z } from "zod";
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
    return { error: invalidParameter(parsed.error, PLACE[httpPart ?? ""] ?? "query", data) };
  });
  app.setSerializerCompiler(() => JSON.stringify);
}

function invalidParameter(error: z.ZodError, place: string, data: unknown): ApiProblem {
  const errors = error.issues.flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({
        path: [place, key],
        code: "unknown-parameter",
        detail: "there is no such parameter",
      }));
    const [name = ""] = issue.path.map(String);
    const value = typeof data === "object" && data !== null ? Reflect.get(data, name) : undefined;
    const shown = typeof value === "string" ? { value: showValue(value) } : {};
    return [{ path: [place, name], code: "invalid-parameter", ...shown, detail: issue.message }];
  });
  return new ApiProblem("invalid-parameter", "Nothing was done.", { errors });
}
