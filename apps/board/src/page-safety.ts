import type { FastifyInstance } from "fastify";

/**
 * The page asks Google for its fonts; the fall-back of the system looks fine and tells nobody who
 * looks after a CDN here. The policy stops whatever a later version of the page may ask for.
 * Inline styles and blob workers (the JSON viewer) are the page's own.
 */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const FOREIGN_LINK = /<link\b[^>]*\bhref="https?:\/\/[^>]*>/gi;

/** Keeps the browser to this origin. */
export function keepToOrigin(app: FastifyInstance): void {
  app.addHook("onSend", async (_request, reply, payload) => {
    reply.headers({
      "content-security-policy": POLICY,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    return typeof payload === "string" && isPage(reply.getHeader("content-type"))
      ? payload.replace(FOREIGN_LINK, "")
      : payload;
  });
}

function isPage(contentType: unknown): boolean {
  return typeof contentType === "string" && contentType.startsWith("text/html");
}

// Bull Board sets no bound: 100,000 jobs on one page were 33 MB and blocked the process for 3.9 s.
const MAX_JOBS_PER_PAGE = 100;

/** Clamps the page size before Bull Board reads it. */
export function clampPageSize(app: FastifyInstance): void {
  app.addHook("onRequest", async (request) => {
    const query = request.query as Record<string, unknown>;
    if (Number(query.jobsPerPage) > MAX_JOBS_PER_PAGE) query.jobsPerPage = String(MAX_JOBS_PER_PAGE);
  });
}
