import type { Answer, Simulator, SimulatorKind, Visit } from "../kernel/index.ts";
import { isTooLarge, throttled } from "../shared/huawei/gateway.ts";
import { accountOfLogin, answerLogin, loginWords, type Service } from "../shared/huawei/identity.ts";
import { bodyOf } from "../shared/huawei/json-body.ts";
import { accountOf, createGatekeeper, type Gatekeeper, prove } from "../shared/huawei/proof.ts";
import { gatewayError } from "../shared/huawei/replies.ts";
import { CODES, refuseWith } from "./codes.ts";
import { answerQuery } from "./queries.ts";
import { vodError } from "./replies.ts";
import { itemsOf, routeOf } from "./routes.ts";
import { answerSubmit } from "./submits.ts";

/** Huawei Cloud VOD behind its API gateway, and the identity service that gives out its tokens. */
export const huaweiVodSimulator: SimulatorKind = {
  providers: ["huawei-vod"],
  create: createHuaweiVod,
};

/** A project's service: every path names the project. */
const VOD: Service = {
  header: "x-project-id",
  scope: "project",
  idOf: ({ projectId }) => projectId,
  foreign: () => vodError(403, "VOD.10057", "The tenant ID check failed."),
};

function createHuaweiVod(): Simulator {
  const gatekeeper = createGatekeeper(VOD);
  return {
    recognise(request, accounts) {
      const route = routeOf(request);
      const body = bodyOf(request);
      const account =
        route !== null && route.projectId === null
          ? accountOfLogin(loginWords(body ?? {}, VOD), accounts, VOD)
          : accountOf(request, route?.projectId ?? null, accounts, gatekeeper);
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
    return answerLogin(visit, loginWords(bodyOf(visit.request) ?? {}, VOD), gatekeeper.sessions, VOD);
  }
  const account = prove(visit, route.projectId, gatekeeper);
  if ("reply" in account) return account;
  if (visit.overRate) return throttled(visit);
  if (isTooLarge(visit, account)) return gatewayError(413, "APIGW.0201", "Request entity too large.");
  return visit.request.method === "GET" ? answerQuery(visit, account) : answerSubmit(visit, account);
}
