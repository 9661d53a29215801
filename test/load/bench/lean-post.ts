import { Agent, request } from "node:http";

/** POSTs JSON with as little of its own as Node allows, since what it takes counts as the service's. */
export function leanPoster(url: string): {
  /** Resolves when the answer is read; rejects where it is not a 202. */
  post(body: unknown): Promise<void>;
  close(): void;
} {
  const agent = new Agent({ keepAlive: true });
  return {
    post: (body) =>
      new Promise((resolve, reject) => {
        const headers = { "content-type": "application/json" };
        const sent = request(url, { agent, method: "POST", headers }, (reply) => {
          reply.resume();
          reply.once("error", reject);
          reply.once("end", () => {
            if (reply.statusCode === 202) resolve();
            else reject(new Error(`POST ${url}: ${reply.statusCode}`));
          });
        });
        sent.once("error", reject);
        sent.end(JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
}
