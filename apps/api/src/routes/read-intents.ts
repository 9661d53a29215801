import { performance } from "node:perf_hooks";
import { INTENTS_CURSOR, type IntentState, type State, TARGETS_CURSOR } from "@purgeline/core";
import {
  awaitIntent,
  isIntentId,
  listIntents,
  parseTimestamp,
  readIntent,
  receiptOf,
} from "@purgeline/engine";
import { z } from "zod";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
import { missingIntent } from "../missing-intent.ts";
import { intentPageSchema, receiptSchema, targetPageSchema } from "../schemas/intent.ts";
import { refusals } from "../schemas/problem.ts";
import { intentStateSchema, stateSchema } from "../schemas/words.ts";

const LONGEST_WAIT_S = 60;

export const idParams = z.object({ id: z.string() });
const whole = (least: number, most: number) => {
  const expected = `expected a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, expected)
    .transform(Number)
    .pipe(z.number().min(least, expected).max(most, expected));
};
const cursorOf = (form: RegExp) =>
  z
    .string()
    .regex(form, "expected the nextCursor of a page")
    .optional()
    .describe("nextCursor of the page before");
const LABEL = 'expected "name:value", at most 16 times';
const labelSchema = z.string().regex(/^[^:]+:/, LABEL);

const listQuery = z.strictObject({
  state: intentStateSchema.optional(),
  account: z.string().optional(),
  label: z
    .union([labelSchema, z.array(labelSchema).max(16, LABEL)], { error: LABEL })
    .optional()
    .describe("name:value; several must all match"),
  token: z.string().optional().describe("Name of the token that created it"),
  since: z
    .string()
    .refine((text) => parseTimestamp(text) !== null, "expected an RFC 3339 time")
    .optional(),
  cursor: cursorOf(INTENTS_CURSOR),
  limit: whole(1, 100).optional().describe("1 to 100; default 50"),
});

const targetsQuery = z.strictObject({
  state: stateSchema.optional(),
  cursor: cursorOf(TARGETS_CURSOR),
  limit: whole(1, 1000).optional().describe("1 to 1,000; default 100"),
});

const waitQuery = z.strictObject({
  wait: whole(0, LONGEST_WAIT_S)
    .optional()
    .describe("Answer when the intent has ended, or after so many seconds"),
});

export function readIntents(app: ApiScope, deps: ApiDeps): void {
  listRoute(app, deps);
  receiptRoute(app, deps);
  targetsRoute(app, deps);
}

function listRoute(app: ApiScope, { store }: ApiDeps): void {
  const schema = {
    operationId: "listIntents",
    tags: ["intents"],
    summary: "Intents, newest first",
    querystring: listQuery,
    response: { 200: intentPageSchema, ...refusals(400, 401, 503) },
  };
  app.get("/v1/intents", { schema }, async (request) => {
    const { query, producer } = request;
    const accounts = await store.known();
    // An account that nobody ever configured has no intents to show.
    if (query.account !== undefined && !accounts.includes(query.account))
      return { items: [], nextCursor: null };
    const filter = {
      state: (query.state as IntentState | undefined) ?? null,
      account: query.account ?? null,
      labels: [query.label ?? []].flat().map(splitLabel),
      token: query.token ?? null,
      sinceMs: query.since === undefined ? null : parseTimestamp(query.since),
      cursor: query.cursor ?? null,
      limit: query.limit ?? 50,
    };
    return await listIntents(filter, producer, accounts, store);
  });
}

function receiptRoute(app: ApiScope, deps: ApiDeps): void {
  const { store, signal } = deps;
  const schema = {
    operationId: "readIntent",
    tags: ["intents"],
    summary: "The receipt of an intent; with wait, once it has ended",
    params: idParams,
    querystring: waitQuery,
    response: { 200: receiptSchema, ...refusals(400, 401, 404, 410, 503) },
  };
  app.get("/v1/intents/:id", { schema }, async (request) => {
    const { id } = request.params;
    if (!isIntentId(id)) throw await missingIntent(id, deps);
    const legs = await awaitIntent(id, request.producer, store, {
      waitMs: (request.query.wait ?? 0) * 1000,
      // Nobody waits any more when the client has gone or the role ends.
      signal: AbortSignal.any([signal, request.signal]),
      monotonicMs: () => performance.now(),
    });
    if (legs === null) throw await missingIntent(id, deps);
    return receiptOf(legs);
  });
}

function targetsRoute(app: ApiScope, deps: ApiDeps): void {
  const { store } = deps;
  const schema = {
    operationId: "readTargets",
    tags: ["intents"],
    summary: "The targets of an intent, page by page",
    params: idParams,
    querystring: targetsQuery,
    response: { 200: targetPageSchema, ...refusals(400, 401, 404, 410, 503) },
  };
  app.get("/v1/intents/:id/targets", { schema }, async (request) => {
    const { id } = request.params;
    const legs = isIntentId(id) ? await readIntent(id, request.producer, store) : null;
    if (legs === null) throw await missingIntent(id, deps);
    const { state, cursor, limit } = request.query;
    return await store.targets(id, {
      state: (state as State | undefined) ?? null,
      cursor: cursor ?? null,
      limit: limit ?? 100,
    });
  });
}

function splitLabel(text: string): readonly [string, string] {
  const at = text.indexOf(":");
  return [text.slice(0, at), text.slice(at + 1)];
}
