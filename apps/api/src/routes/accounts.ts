import type { AccountState, JsonObject } from "@purgeline/core";
import { accountView, mayReadAccount, type Producer, resumeAccount } from "@purgeline/engine";
import { z } from "zod";
import { admissionPorts } from "../admission-ports.ts";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
import { ApiProblem } from "../api-problem.ts";
import { lacksVerb, mayDo } from "../lacks-verb.ts";
import { accountListSchema, accountSchema } from "../schemas/account.ts";
import { refusals } from "../schemas/problem.ts";

export function accountRoutes(app: ApiScope, deps: ApiDeps): void {
  const { store, log } = deps;
  const ports = admissionPorts(deps);
  const list = {
    operationId: "listAccounts",
    tags: ["accounts"],
    summary: "Every account that the token reaches: lanes, calls, quotas",
    response: { 200: accountListSchema, ...refusals(401, 403, 503) },
  };
  app.get("/v1/accounts", { schema: list }, async ({ producer }) => {
    if (!mayDo("read", producer)) throw lacksVerb("read", producer);
    const states = await store.accounts();
    return {
      items: states
        .filter(({ account }) => mayReadAccount(account, producer))
        .map((one) => viewOf(one, deps)),
    };
  });
  const change = (operationId: string, summary: string) => ({
    operationId,
    tags: ["accounts"],
    summary,
    params: z.object({ name: z.string() }),
    response: { 200: accountSchema, ...refusals(401, 403, 404, 503) },
  });
  const pause = change("pauseAccount", "Stop submits, not polls; lasts until resume");
  app.post("/v1/accounts/:name/pause", { schema: pause }, async ({ params: { name }, producer }) => {
    checkAdmin(name, producer, deps);
    await store.pause(name);
    log.info("account.paused", { account: name, producer: producer.name });
    return await readOne(name, deps);
  });
  const resume = change("resumeAccount", "End a pause, and a stop after a refused credential");
  app.post("/v1/accounts/:name/resume", { schema: resume }, async ({ params: { name }, producer }) => {
    checkAdmin(name, producer, deps);
    await resumeAccount(name, ports);
    log.info("account.resumed", { account: name, producer: producer.name });
    return await readOne(name, deps);
  });
}

/** Whoever may not pause is not told which accounts there are. */
function checkAdmin(name: string, producer: Producer, { intake }: ApiDeps): void {
  if (producer.rights !== null) throw lacksVerb("admin", producer);
  if (!intake.accounts.some((account) => account.name === name))
    throw new ApiProblem(
      "no-such-account",
      `No account ${JSON.stringify(name.slice(0, 100))} is configured.`,
    );
}

async function readOne(name: string, deps: ApiDeps): Promise<JsonObject> {
  const state = (await deps.store.accounts()).find(({ account }) => account === name);
  if (state === undefined) throw new Error(`api: the store does not know the account ${name}`);
  return viewOf(state, deps);
}

function viewOf(state: AccountState, { intake }: ApiDeps): JsonObject {
  const known = intake.accounts.find(({ name }) => name === state.account);
  return accountView(state, known?.provider.name ?? "");
}
