import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, expect, it } from "vitest";
import { BRIEF, PATIENT } from "./patience.ts";
import { ask } from "./request.ts";
import type { Session } from "./session.ts";

type Act = (request: IncomingMessage, response: ServerResponse) => void;

const open = new Set<{ close(): void }>();
afterEach(() => {
  for (const server of open) server.close();
  open.clear();
});

/** A real server that answers the first request with the first act, and so on; what it received. */
async function serve(...acts: readonly Act[]) {
  const keys: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers["idempotency-key"]?.toString());
    acts[keys.length - 1]?.(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.add({ close: () => void server.close(() => server.closeAllConnections()) });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { keys, session: sessionTo(`http://127.0.0.1:${port}`) };
}

function sessionTo(url: string, signal = new AbortController().signal): Session {
  const quiet = (): void => undefined;
  return { url, token: "s3cret", json: false, isTerminal: false, out: quiet, err: quiet, signal };
}

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Act =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
const cut: Act = (request) => void request.socket.destroy();

const POST = { method: "POST", path: "/v1/intents", body: { op: "purge" }, idempotencyKey: "k1" } as const;

it("a POST whose reply is lost, or that comes too early, is repeated with the same key", async () => {
  const { keys, session } = await serve(
    cut,
    answer(503, { title: "later" }, { "retry-after": "0" }),
    answer(202, { id: "int_1" }),
  );
  expect(await ask(session, POST, PATIENT)).toEqual({ id: "int_1" });
  expect(keys).toEqual(["k1", "k1", "k1"]);
});

it("a refusal is not repeated, and carries the whole document", async () => {
  const { keys, session } = await serve(answer(422, { title: "no", code: "invalid", errors: [] }));
  await expect(ask(session, POST, PATIENT)).rejects.toMatchObject({
    name: "Refused",
    problem: { code: "invalid" },
  });
  expect(keys).toHaveLength(1);
});

it("the token goes with every request", async () => {
  const seen: unknown[] = [];
  const { session } = await serve((request, response) => {
    seen.push(request.headers.authorization);
    answer(200, {})(request, response);
  });
  await ask(session, { method: "GET", path: "/v1/accounts" }, BRIEF);
  expect(seen).toEqual(["Bearer s3cret"]);
});

it("nobody there is exit code 3, and says where it looked and why", async () => {
  const { session } = await serve();
  for (const server of open) server.close();
  const asked = ask(session, { method: "GET", path: "/v1/accounts" }, BRIEF);
  await expect(asked).rejects.toMatchObject({ exitCode: 3, message: expect.stringMatching(/ECONNREFUSED/) });
  await expect(asked).rejects.toThrow(session.url);
});

it("Ctrl-C ends a request that hangs", async () => {
  const interrupt = new AbortController();
  const { session } = await serve(() => interrupt.abort());
  const asked = ask(sessionTo(session.url, interrupt.signal), POST, PATIENT);
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
});
