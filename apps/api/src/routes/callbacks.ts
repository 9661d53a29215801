import type { Callback } from "@purgeline/core";
import { type TakenCallback, takeCallback } from "@purgeline/engine";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { admissionPorts } from "../admission-ports.ts";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
import { ApiProblem } from "../api-problem.ts";
import { refusal, refusals } from "../schemas/problem.ts";

// One media's 1,000 playback URLs of 1,000 characters: ApsaraVideo lists them, no other callback is as long.
const MAX_BODY_BYTES = 1_048_576;

const takenSchema = z.strictObject({
  tasks: z.int().min(0).describe("How many are asked for sooner now; 0: none that is waited for"),
});

/**
 * Providers call here. They cannot send a token: what proves them is their signature with the account's
 * `callbackKey`, which is checked over the raw text. Hence a scope of its own, without guard.
 */
export function callbackRoutes(app: ApiScope, deps: ApiDeps): void {
  const { intake, log } = deps;
  const ports = admissionPorts(deps);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  const schema = {
    operationId: "takeCallback",
    tags: ["accounts"],
    summary: "For providers: a task is worth asking about now",
    description: "Signed by the provider with the account's callbackKey. A hint to ask, never an end.",
    security: [],
    params: z.object({ account: z.string() }),
    body: z.looseObject({}).describe("As the provider words it"),
    response: {
      // Not 204: ApsaraVideo takes 200 alone for delivered and repeats what it could not deliver.
      200: {
        description: "Taken, if only as one that names no task that is waited for",
        content: { "application/json": { schema: takenSchema } },
      },
      ...refusals(503),
      403: refusal("The signature is missing, wrong or too old"),
      404: refusal("The account takes no callbacks, or there is none of this name"),
      413: refusal(`The body is larger than ${MAX_BODY_BYTES} bytes`),
      422: refusal("Signed, but no callback that is known here"),
    },
  };
  app.post("/v1/callbacks/:account", { schema, bodyLimit: MAX_BODY_BYTES }, async (request) => {
    const { account } = request.params;
    const known = intake.accounts.find(({ name }) => name === account);
    const callback = callbackOf(request, deps.publicUrl);
    const taken: TakenCallback =
      known === undefined ? { kind: "none" } : await takeCallback(known, callback, ports);
    switch (taken.kind) {
      case "taken":
        log.debug("callback.taken", { account, tasks: taken.tasks });
        return { tasks: taken.tasks };
      case "none":
        // The same for accounts that there are not: who calls here need not know which there are.
        throw new ApiProblem("no-callbacks", "No account of this name takes callbacks.");
      case "forged":
      case "unreadable": {
        const code = `${taken.kind}-callback` as const;
        log.warn("callback.refused", { account, code, url: callback.url, detail: taken.detail });
        throw new ApiProblem(code, taken.detail);
      }
      default:
        return taken satisfies never;
    }
  });
}

function callbackOf(request: FastifyRequest, publicUrl: string | null): Callback {
  const { body, url, protocol, host } = request;
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(", ")]);
  return {
    url: `${publicUrl ?? `${protocol}://${host}`}${url}`,
    headers: Object.fromEntries(headers),
    body: typeof body === "string" ? body : "",
    nowMs: Date.now(),
  };
}
