import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { text } from "node:stream/consumers";

export interface Exchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal;
}

export interface Exchanged {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

/**
 * One HTTP request. Node's own client: `fetch` refuses ports that browsers must not reach
 * (10080, 6666 …) and that a configuration may well name, and loading undici would cost
 * every command about 0.1 s.
 */
export async function exchange(url: string, { method, headers, body, signal }: Exchange): Promise<Exchanged> {
  const { promise, resolve, reject } = Promise.withResolvers<Exchanged>();
  const request = (url.startsWith("https:") ? requestTls : requestPlain)(url, { method, headers, signal });
  request.on("error", reject);
  request.on("response", (response) => {
    const { statusCode = 0, headers: answered } = response;
    const facts = { status: statusCode, retryAfter: answered["retry-after"] ?? null };
    text(response).then((whole) => resolve({ ...facts, text: whole }), reject);
  });
  request.end(body ?? undefined);
  return await promise;
}
