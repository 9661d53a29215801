import type { Answer, PlayedAccount, Visit } from "../../kernel/index.ts";
import { gatewayError } from "./replies.ts";

/** A code with the status and the words that the error pages give it. */
export type Listed = readonly [code: string, status: number, message: string];

type Words = readonly [status: number, message: string];

export function listedCodes(listed: readonly Listed[]): ReadonlyMap<string, Words> {
  return new Map(listed.map(([code, status, message]) => [code, [status, message]]));
}

const IDENTITY = "Incorrect IAM authentication information";

/** The gateway's, which the pages spell with either prefix. */
const GATEWAY: readonly Listed[] = [
  ["0101", 404, "The API does not exist or has not been published in the environment."],
  ["0103", 404, "The backend does not exist."],
  ["0104", 400, "The plug-ins do not exist."],
  ["0105", 400, "The backend configurations do not exist."],
  ["0106", 400, "Orchestration error."],
  ["0201", 413, "Request entity too large."],
  ["0202", 502, "Backend unavailable."],
  ["0203", 504, "Backend timeout."],
  ["0301", 401, `${IDENTITY}: verify aksk signature fail`],
  ["0303", 401, "Incorrect app authentication information."],
  ["0305", 401, "Incorrect authorizer authentication information."],
  ["0307", 401, "The token must be updated."],
  [
    "0308",
    429,
    "The throttling threshold has been reached: policy user over ratelimit,limit:10,time:1 minute",
  ],
];

const AT_GATEWAY = listedCodes(
  ["APIGW", "APIG"].flatMap((prefix) =>
    GATEWAY.map(([code, status, message]): Listed => [`${prefix}.${code}`, status, message]),
  ),
);

export const GATEWAY_CODES: readonly string[] = [...AT_GATEWAY.keys()];

/** The gateway's refusal with a code of its own; null: it has no such code. */
export function refuseAtGateway(code: string, message: string | null): Answer | null {
  const listed = AT_GATEWAY.get(code);
  return listed === undefined ? null : gatewayError(listed[0], code, message ?? listed[1]);
}

/** The message names the window, as clients read it from there; there is no Retry-After. */
export function throttled({ account, call }: Visit): Answer {
  const limits = account?.limits.calls[call ?? ""];
  const [limit, unit] =
    limits?.perMinute == null ? [limits?.perSecond ?? 1, "second"] : [limits.perMinute, "minute"];
  const policy = `policy user over ratelimit,limit:${limit},time:1 ${unit}`;
  return gatewayError(429, "APIGW.0308", `The throttling threshold has been reached: ${policy}`);
}

/** The gateway has one limit for every operation; lanes that differ are somebody's rehearsal of a smaller one. */
export function isTooLarge({ request, call }: Visit, { limits }: PlayedAccount): boolean {
  const lanes = Object.values(limits.lanes).filter((lane) => lane.call === call);
  return lanes.some(({ bodyBytes }) => request.body.length > bodyBytes);
}
