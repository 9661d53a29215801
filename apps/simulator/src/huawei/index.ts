import type { Answer, PlayedAccount, Simulator, SimulatorKind, Visit } from "../kernel/index.ts";
import { CODES, refuseWith } from "./codes.ts";
import { accountOfLogin, answerLogin, loginWords, type Sessions } from "./identity.ts";
import { createKeyLock } from "./key-lock.ts";
import { accountOf, type Gatekeeper, prove } from "./proof.ts";
import { answerQuery } from "./queries.ts";
import { gatewayError } from "./replies.ts";
import { bodyOf, itemsOf, routeOf } from "./routes.ts";
import { answerSubmit } from "./submits.ts";

/** Huawei Cloud VOD behind its API gateway, and the identity service that gives out its tokens. */
export const huaweiSimulator: SimulatorKind = {
  providers: ["huawei-vod"],
  create: createHuawei,
};

function createHuawei(): Simulator {
  const sessions: Sessions = new Map();
  const gatekeeper: Gatekeeper = { sessions, lock: createKeyLock() };
  return {
    recognise(request, accounts) {
      const route = routeOf(request);
      const body = bodyOf(request);
      const account =
        route !== null && route.projectId === null
          ? accountOfLogin(loginWords(body ?? {}), accounts)
          : accountOf(request, route?.projectId ?? null, accounts, sessions);
      const isQuery = request.method === "GET";
      return { account, call: route?.call ?? null, items: isQuery ? [] : itemsOf(body) };
    },
    answer: (visit) => answer(visit, gatekeeper),
    throttled,
    codes: () => CODES,
    refusal: refuseWith,
  };
}

/** In the gateway's order: route, identity, rate; then the service's own checks. */
function answer(visit: Visit, gatekeeper: Gatekeeper): Answer {
  const route = routeOf(visit.request);
  if (route === null) {
    return gatewayError(
      404,
      "APIGW.0101",
      "The API does not exist or has not been published in the environment.",
    );
  }
  if (route.projectId === null) {
    return answerLogin(visit, loginWords(bodyOf(visit.request) ?? {}), gatekeeper.sessions);
  }
  const account = prove(visit, route.projectId, gatekeeper);
  if ("reply" in account) return account;
  if (visit.overRate) return throttled(visit);
  if (isTooLarge(visit, account)) return gatewayError(413, "APIGW.0201", "Request entity too large.");
  return visit.request.method === "GET" ? answerQuery(visit, account) : answerSubmit(visit, account);
}

/** The gateway has one limit for every operation; lanes that differ are somebody's rehearsal of a smaller one. */
function isTooLarge({ request, call }: Visit, { limits }: PlayedAccount): boolean {
  const lanes = Object.values(limits.lanes).filter((lane) => lane.call === call);
  return lanes.some(({ bodyBytes }) => request.body.length > bodyBytes);
}

/** The message names the window, as clients read it from there; there is no Retry-After. */
function throttled({ account, call }: Visit): Answer {
  const limits = account?.limits.calls[call ?? ""];
  const [limit, unit] =
    limits?.perMinute == null ? [limits?.perSecond ?? 1, "second"] : [limits.perMinute, "minute"];
  const policy = `policy user over ratelimit,limit:${limit},time:1 ${unit}`;
  return gatewayError(429, "APIGW.0308", `The throttling threshold has been reached: ${policy}`);
}
