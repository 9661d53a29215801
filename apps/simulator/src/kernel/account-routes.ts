import type { QuotaClass } from "@purgeline/core";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { PlayedAccount } from "./index.ts";
import { LIMITS_SCHEMA, type LimitChanges, whyNotHad, withChanges } from "./limit-changes.ts";

const TASKS_SCHEMA = {
  type: "object",
  required: ["completeMs"],
  properties: { completeMs: { type: "number", minimum: 0 }, account: { type: "string" } },
  additionalProperties: false,
};
const SPEND_SCHEMA = {
  type: "object",
  required: ["account", "class", "spend"],
  properties: {
    account: { type: "string" },
    class: { type: "string" },
    spend: { type: "integer", minimum: 1 },
  },
  additionalProperties: false,
};

type Spending = { readonly account: string; readonly class: QuotaClass; readonly spend: number };

/** The part of the control API that is about accounts: their limits, quotas, codes and tasks. */
export function addAccountRoutes(app: FastifyInstance, accounts: readonly PlayedAccount[]): void {
  app.get("/_sim/codes", () => ({
    accounts: accounts.map(({ settings, codes }) => ({ account: settings.name, codes })),
  }));
  addQuotaRoutes(app, accounts);
  app.get("/_sim/limits", () => ({ accounts: accounts.map(limitsOf) }));
  app.post<{ Body: LimitChanges }>("/_sim/limits", { schema: { body: LIMITS_SCHEMA } }, ({ body }, reply) => {
    const account = accounts.find(({ settings }) => settings.name === body.account);
    if (account === undefined) return unknownAccount(reply, body.account, accounts);
    const why = whyNotHad(account.limits, body);
    if (why !== null) return refuse(reply, why);
    account.grant(withChanges(account.limits, body));
    return limitsOf(account);
  });
  app.post<{ Body: { completeMs: number; account?: string } }>(
    "/_sim/tasks",
    { schema: { body: TASKS_SCHEMA } },
    ({ body: { completeMs, account } }, reply) => {
      const meant = accounts.filter(({ settings }) => account === undefined || settings.name === account);
      if (meant.length === 0) return unknownAccount(reply, account, accounts);
      for (const { tasks } of meant) tasks.setCompleteMs(completeMs);
      return { completeMs, accounts: meant.map(({ settings }) => settings.name) };
    },
  );
}

function addQuotaRoutes(app: FastifyInstance, accounts: readonly PlayedAccount[]): void {
  app.get("/_sim/quota", () => ({ accounts: accounts.map(quotasOf) }));
  app.post<{ Body: Spending }>("/_sim/quota", { schema: { body: SPEND_SCHEMA } }, ({ body }, reply) => {
    const account = accounts.find(({ settings }) => settings.name === body.account);
    if (account === undefined) return unknownAccount(reply, body.account, accounts);
    const classes = Object.keys(account.limits.quotas);
    if (!classes.includes(body.class)) {
      return refuse(
        reply,
        `body/class is ${JSON.stringify(body.class)}: must be one of ${classes.join(", ")}`,
      );
    }
    account.quota.spend(body.class, body.spend);
    return quotasOf(account);
  });
}

function quotasOf({ settings, quota }: PlayedAccount): object {
  return { account: settings.name, quotas: quota.report() };
}

function limitsOf({ settings, limits: { lanes, calls, quotas } }: PlayedAccount): object {
  return { account: settings.name, lanes, calls, quota: quotas };
}

function unknownAccount(
  reply: FastifyReply,
  name: string | undefined,
  accounts: readonly PlayedAccount[],
): object {
  const names = accounts.map(({ settings }) => settings.name).join(", ");
  reply.code(404);
  return { message: `account ${JSON.stringify(name)} is not played here; there is ${names}` };
}

function refuse(reply: FastifyReply, message: string): object {
  reply.code(400);
  return { message };
}
