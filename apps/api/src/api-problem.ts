import { cutUrls, type Problem } from "@purgeline/core";

/** Every kind of refusal: its HTTP status and title. The code is part of the problem's `type` and stable. */
export const PROBLEM_KINDS = {
  "malformed-json": [400, "The body is not JSON"],
  "empty-body": [400, "The body is missing"],
  "bad-request": [400, "The request is not valid HTTP or JSON"],
  "invalid-parameter": [400, "A parameter is not valid"],
  unauthorized: [401, "A token is needed"],
  forbidden: [403, "The token does not allow this"],
  "foreign-host": [403, "Without tokens only loopback names are served"],
  "foreign-origin": [403, "Other origins' pages may not call"],
  "forged-callback": [403, "The callback is not signed with the account's key"],
  "no-callbacks": [404, "No callbacks are taken here"],
  "no-such-route": [404, "There is no such route"],
  "no-such-intent": [404, "There is no such intent"],
  "no-such-account": [404, "There is no such account"],
  "method-not-allowed": [405, "The route does not take this method"],
  "past-retention": [410, "The intent is no longer kept"],
  "idempotency-running": [409, "The first request with this key is still running"],
  "body-too-large": [413, "The body is too large"],
  "unsupported-media-type": [415, "The body is not application/json"],
  "invalid-intent": [422, "The intent is not valid"],
  "unreadable-callback": [422, "The callback cannot be read"],
  "idempotency-mismatch": [422, "The key was used with another body"],
  backlog: [429, "Too much is pending"],
  internal: [500, "Something went wrong here"],
  "store-unavailable": [503, "Redis cannot be reached"],
  "store-full": [503, "Redis is nearly full"],
  "outcome-unknown": [503, "Redis did not answer in time"],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemKind = keyof typeof PROBLEM_KINDS;

export interface ProblemExtras {
  readonly errors?: readonly Problem[];
  /** Members beside the standard ones, such as the id of an intent that may exist. */
  readonly members?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly cause?: unknown;
}

/** A refusal on its way to the client. */
export class ApiProblem extends Error {
  readonly code: ProblemKind;
  readonly statusCode: number;
  readonly extras: ProblemExtras;

  constructor(code: ProblemKind, detail: string, extras: ProblemExtras = {}) {
    super(detail, { cause: extras.cause });
    this.code = code;
    this.statusCode = PROBLEM_KINDS[code][0];
    this.extras = extras;
  }
}

/** RFC 9457, with every fault in `errors`. */
export function problemDocument({ code, message, extras }: ApiProblem): Readonly<Record<string, unknown>> {
  const [status, title] = PROBLEM_KINDS[code];
  return {
    type: `urn:purgeline:problem:${code}`,
    title,
    status,
    detail: message,
    code,
    ...extras.members,
    errors: (extras.errors ?? []).map(({ path, ...problem }) => ({ pointer: pointerTo(path), ...problem })),
  };
}

/** RFC 6901. A URL where a member's name is expected is shown like any URL. */
function pointerTo(path: readonly (string | number)[]): string {
  return path.map((part) => `/${cutUrls(String(part)).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
