import {
  cancelIntent,
  isIntentId,
  type Legs,
  mayChange,
  readIntent,
  receiptOf,
  retryIntent,
} from "@purgeline/engine";
import type { FastifyRequest } from "fastify";
import { admissionPorts } from "../admission-ports.ts";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
import { ApiProblem } from "../api-problem.ts";
import { storeFull } from "../error-handler.ts";
import { missingIntent } from "../missing-intent.ts";
import { changedSchema } from "../schemas/intent.ts";
import { refusals } from "../schemas/problem.ts";
import { idParams } from "./read-intents.ts";

/** Cancel and retry: for the intent's creator and for admin. */
export function changeIntents(app: ApiScope, deps: ApiDeps): void {
  const { store, log } = deps;
  const ports = admissionPorts(deps);
  const shared = { tags: ["intents"], params: idParams };
  const response = { 200: changedSchema, ...refusals(401, 403, 404, 410, 503) };
  const cancel = {
    ...shared,
    operationId: "cancelIntent",
    summary: "Take the intent's interest out of its targets that are not being sent yet",
    response,
  };
  app.post("/v1/intents/:id/cancel", { schema: cancel }, async (request) => {
    const { id } = request.params;
    await changeable(id, request, deps);
    const changedTargets = await cancelIntent(id, ports);
    log.info("intent.cancelled", { intentId: id, targets: changedTargets });
    return { ...receiptOf(await changeable(id, request, deps)), changedTargets };
  });
  const retry = {
    ...shared,
    operationId: "retryIntent",
    summary: "Give failed and unconfirmed targets a new life, as if accepted now",
    response,
  };
  app.post("/v1/intents/:id/retry", { schema: retry }, async (request) => {
    const { id } = request.params;
    await changeable(id, request, deps);
    if (!(await store.hasRoom([]))) throw storeFull();
    const changedTargets = await retryIntent(id, ports);
    log.info("intent.retried", { intentId: id, targets: changedTargets });
    return { ...receiptOf(await changeable(id, request, deps)), changedTargets };
  });
}

async function changeable(id: string, { producer }: FastifyRequest, deps: ApiDeps): Promise<Legs> {
  const legs = isIntentId(id) ? await readIntent(id, producer, deps.store) : null;
  if (legs === null) throw await missingIntent(id, deps);
  if (!mayChange(legs[0].head, producer))
    throw new ApiProblem("forbidden", "Only the token that created the intent, and admin, may change it.");
  return legs;
}
