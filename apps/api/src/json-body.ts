import type { FastifyInstance } from "fastify";
import { ApiProblem } from "./api-problem.ts";

// Fatal: a replacement character in a URL would quietly purge another object.
const UTF_8 = new TextDecoder("utf-8", { fatal: true });

/** Only JSON in UTF-8 is a body here; an empty one is no body. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    (_request, body, done: (error: Error | null, value?: unknown) => void) => {
      if (body.length === 0) return done(null, undefined);
      try {
        done(null, JSON.parse(UTF_8.decode(Buffer.from(body))));
      } catch (cause) {
        const detail = cause instanceof Error ? cause.message : "not JSON";
        done(new ApiProblem("malformed-json", detail.slice(0, 200)));
      }
    },
  );
}
