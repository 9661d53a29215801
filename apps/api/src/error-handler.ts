import { StoreUnavailable, showValue } from "@purgeline/core";
import type { Logger } from "@purgeline/telemetry";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiProblem, problemDocument } from "./api-problem.ts";

const READS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

// A reconnect takes 50 ms to 1 s; clients that come back at once would only add to the trouble.
const STORE_RETRY_AFTER_S = 2;
// Room comes with every batch that ends.
const FULL_RETRY_AFTER_S = 10;

/** Redis is away, or was only asked to tell something: nothing was changed. */
export function storeAway(cause: unknown): ApiProblem {
  return new ApiProblem("store-unavailable", "Redis does not serve now; nothing was changed. Try again.", {
    headers: { "retry-after": String(STORE_RETRY_AFTER_S) },
    cause,
  });
}

/** Redis has no memory for new work beside what draining needs. */
export function storeFull(): ApiProblem {
  return new ApiProblem(
    "store-full",
    "Redis has no memory left for new work; nothing was enqueued. What is accepted goes on, and makes room.",
    { headers: { "retry-after": String(FULL_RETRY_AFTER_S) } },
  );
}

/** Redis was asked and did not answer: what was asked for may have been done. */
export function outcomeUnknown(cause: unknown, intentId: string | null): ApiProblem {
  const detail =
    intentId === null
      ? "Redis did not answer in time: the change may have been made. Repeating it is safe."
      : `Redis did not answer in time: the intent ${intentId} may exist. Repeating the request with the same Idempotency-Key is safe.`;
  return new ApiProblem("outcome-unknown", detail, {
    ...(intentId === null ? {} : { members: { intentId } }),
    headers: { "retry-after": String(STORE_RETRY_AFTER_S) },
    cause,
  });
}

/** Whatever was thrown as a refusal that a client understands; what nobody foresaw is 500 without a word about it. */
function asProblem(error: unknown, request: FastifyRequest): ApiProblem {
  const { method } = request;
  if (error instanceof ApiProblem) return error;
  if (error instanceof StoreUnavailable)
    return error.maybeApplied && !READS.has(method) ? outcomeUnknown(error, null) : storeAway(error);
  const { code, statusCode } = facts(error);
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return bodyTooLarge(error, request);
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return unsupportedMediaType(request);
  if (statusCode !== null && statusCode >= 400 && statusCode < 500)
    return new ApiProblem("bad-request", error instanceof Error ? error.message : "", { cause: error });
  return new ApiProblem("internal", "The error is in the server's log.", { cause: error });
}

function bodyTooLarge(cause: unknown, { headers, routeOptions }: FastifyRequest): ApiProblem {
  const limit = `expected at most ${routeOptions.bodyLimit} bytes`;
  // Sent in chunks it tells no length, and is read no further than the limit.
  const length = headers["content-length"];
  const detail =
    length === undefined ? `The body is too large; ${limit}.` : `The body has ${length} bytes; ${limit}.`;
  const value = length === undefined ? {} : { value: length };
  const errors = [{ path: [], code: "body-too-large", ...value, detail }];
  return new ApiProblem("body-too-large", detail, { errors, cause });
}

function unsupportedMediaType({ headers }: FastifyRequest): ApiProblem {
  const type = headers["content-type"];
  const detail = `The body is ${type === undefined ? "of no type" : showValue(type)}; expected Content-Type: application/json.`;
  const value = type === undefined ? {} : { value: showValue(type) };
  const errors = [{ path: ["headers", "content-type"], code: "unsupported-media-type", ...value, detail }];
  return new ApiProblem("unsupported-media-type", detail, { errors });
}

function facts(error: unknown): { readonly code: string | null; readonly statusCode: number | null } {
  if (typeof error !== "object" || error === null) return { code: null, statusCode: null };
  return {
    code: "code" in error && typeof error.code === "string" ? error.code : null,
    statusCode: "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : null,
  };
}

export function sendProblem(problem: ApiProblem, reply: FastifyReply): FastifyReply {
  return reply
    .code(problem.statusCode)
    .headers(problem.extras.headers ?? {})
    .header("content-type", "application/problem+json")
    .serializer(JSON.stringify)
    .send(problemDocument(problem));
}

/** Every error of this scope and its routes becomes a problem document; 5xx are logged with their cause. */
export function answerProblems(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: unknown, request: FastifyRequest, reply) => {
    const problem = asProblem(error, request);
    if (problem.statusCode >= 500) logFailure(problem, request, log);
    return sendProblem(problem, reply);
  });
}

/** Where Redis is away every request fails alike: the reason is enough, a stack each time would be a flood. */
function logFailure(problem: ApiProblem, { method, routeOptions }: FastifyRequest, log: Logger): void {
  const { code, cause } = problem;
  const fields = { method, route: routeOptions.url ?? null, code };
  if (cause instanceof StoreUnavailable) log.warn("request.failed", { ...fields, reason: cause.message });
  else log.error("request.failed", { ...fields, error: cause ?? problem });
}
