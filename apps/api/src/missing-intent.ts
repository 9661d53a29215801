import { isPastRetention } from "@purgeline/engine";
import type { ApiDeps } from "./api-deps.ts";
import { ApiProblem } from "./api-problem.ts";

/** Unknown, not for this token and not an id look alike; what is gone for good is told as that. */
export async function missingIntent(id: string, { store, intentsMs }: ApiDeps): Promise<ApiProblem> {
  const value = id.slice(0, 100);
  const isGone = isPastRetention(id, intentsMs, Date.now()) && (await store.legs(id)).length === 0;
  const code = isGone ? "past-retention" : "no-such-intent";
  const detail = isGone
    ? `The intent ${value} is no longer kept; expected one that ended less than ${intentsMs / 1000} s ago (history.intents).`
    : `No intent ${JSON.stringify(value)} is visible to this token.`;
  return new ApiProblem(code, detail, { errors: [{ path: ["path", "id"], code, value, detail }] });
}
