import type { FastifyInstance } from "fastify";
import { addAccountRoutes } from "./account-routes.ts";
import type { VirtualClock } from "./clock.ts";
import { FAULT_SCHEMA } from "./fault-schema.ts";
import type { Fault, Faults } from "./faults.ts";
import type { PlayedAccount } from "./index.ts";
import type { Ledger } from "./ledger.ts";

/** Everything that the control API can read and move; tests use it in process. */
export interface Controls {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly ledger: Ledger;
  readonly accounts: readonly PlayedAccount[];
}

const CLOCK_SCHEMA = {
  type: "object",
  required: ["advanceMs"],
  properties: { advanceMs: { type: "number", minimum: 0 } },
  additionalProperties: false,
};
const LEDGER_SCHEMA = {
  type: "object",
  properties: {
    since: { type: "integer", minimum: 0, default: 0 },
    limit: { type: "integer", minimum: 1, maximum: 10_000, default: 1_000 },
  },
  additionalProperties: false,
};

/** The control API, on every origin; each of them controls all accounts. */
export function addControlRoutes(app: FastifyInstance, controls: Controls): void {
  const { clock, faults, ledger } = controls;
  const now = (): string => new Date(clock.nowMs()).toISOString();

  app.get<{ Querystring: { since: number; limit: number } }>(
    "/_sim/ledger",
    { schema: { querystring: LEDGER_SCHEMA } },
    ({ query: { since, limit } }) => {
      const entries = ledger.since(since, limit);
      return { entries, next: entries.at(-1)?.seq ?? since, dropped: ledger.dropped() };
    },
  );
  app.get("/_sim/stats", () => ({ now: now(), dropped: ledger.dropped(), calls: ledger.stats() }));
  app.get("/_sim/faults", () => ({ faults: faults.list() }));
  app.post<{ Body: Fault }>("/_sim/faults", { schema: { body: FAULT_SCHEMA } }, (request, reply) => {
    const why = whyNotKnown(request.body, controls.accounts);
    if (why !== null) {
      reply.code(400);
      return { message: why };
    }
    faults.add(request.body);
    reply.code(201);
    return { faults: faults.list() };
  });
  app.delete("/_sim/faults", () => {
    faults.clear();
    return { faults: [] };
  });
  app.post<{ Body: { advanceMs: number } }>("/_sim/clock", { schema: { body: CLOCK_SCHEMA } }, (request) => {
    clock.advance(request.body.advanceMs);
    return { now: now() };
  });
  addAccountRoutes(app, controls.accounts);
}

/** A code that no account in scope can be refused with would never strike. */
function whyNotKnown(fault: Fault, accounts: readonly PlayedAccount[]): string | null {
  if (fault.kind !== "code") return null;
  const inScope = accounts.filter(({ settings }) => (fault.account ?? settings.name) === settings.name);
  const codes = [...new Set(inScope.flatMap((account) => account.codes))].toSorted();
  if (codes.includes(fault.code)) return null;
  return `body/code is ${JSON.stringify(fault.code)}: must be one of ${codes.join(", ")}`;
}
