import type { CallName, JsonObject } from "@purgeline/core";
import type { Answer, PlayedAccount, Simulator, Visit, WireRequest } from "../../kernel/index.ts";
import { GATEWAY_CODES, isTooLarge, refuseAtGateway, throttled } from "./gateway.ts";
import { accountOfLogin, answerLogin, loginWords, type Service, TOKENS_PATH } from "./identity.ts";
import { bodyOf } from "./json-body.ts";
import { accountOf, createGatekeeper, type Gatekeeper, prove } from "./proof.ts";
import { gatewayError } from "./replies.ts";

export interface Route {
  readonly call: CallName;
  /** The project that the path names; null: none. */
  readonly scopeId: string | null;
}

/** A service of the cloud, as far as the gateway before it does not answer. */
export interface CloudService extends Service {
  /** The operation behind a request line; null: there is none. */
  routeOf(request: WireRequest): Route | null;
  /** What a submit is about. */
  itemsOf(body: JsonObject | null, call: CallName): readonly string[];
  /** The service's own checks and its answer to a proven request. */
  answer(visit: Visit, account: PlayedAccount): Answer;
  /** The service's own codes. */
  readonly codes: readonly string[];
  refusal(code: string, message: string | null): Answer | null;
}

const LOGIN: CallName = "KeystoneCreateUserTokenByPassword";

/** A service with the gateway before it, and the identity service that gives out its tokens. */
export function behindGateway(service: CloudService): Simulator {
  const gatekeeper = createGatekeeper(service);
  return {
    recognise(request, accounts) {
      const body = bodyOf(request);
      if (isLogin(request)) {
        const account = accountOfLogin(loginWords(body ?? {}, service), accounts, service);
        return { account, call: LOGIN, items: [] };
      }
      const route = service.routeOf(request);
      const account = accountOf(request, route?.scopeId ?? null, accounts, gatekeeper);
      const isSubmit = route !== null && request.method === "POST";
      const items = isSubmit ? service.itemsOf(body, route.call) : [];
      return { account, call: route?.call ?? null, items };
    },
    answer: (visit) => answer(visit, gatekeeper, service),
    throttled,
    codes: () => [...service.codes, ...GATEWAY_CODES],
    refusal: (_visit, code, message) => service.refusal(code, message) ?? refuseAtGateway(code, message),
  };
}

/** In the gateway's order: route, identity, rate, size; then the service. */
function answer(visit: Visit, gatekeeper: Gatekeeper, service: CloudService): Answer {
  const { request } = visit;
  if (isLogin(request)) {
    return answerLogin(visit, loginWords(bodyOf(request) ?? {}, service), gatekeeper.sessions, service);
  }
  const route = service.routeOf(request);
  if (route === null) {
    const message = "The API does not exist or has not been published in the environment.";
    return gatewayError(404, "APIGW.0101", message);
  }
  const account = prove(visit, route.scopeId, gatekeeper);
  if ("reply" in account) return account;
  if (visit.overRate) return throttled(visit);
  if (isTooLarge(visit, account)) return gatewayError(413, "APIGW.0201", "Request entity too large.");
  return service.answer(visit, account);
}

function isLogin({ method, path }: WireRequest): boolean {
  return method === "POST" && path === TOKENS_PATH;
}
