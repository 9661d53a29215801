import type { Asked } from "./check-ledgers.ts";

export interface Fed {
  readonly asked: readonly Asked[];
  readonly ids: readonly string[];
}

/** Posts every intent, some at once, and keeps a ledger of when each was asked and answered. */
export async function feed(
  api: string,
  intents: readonly (readonly string[])[],
  atOnce: number,
): Promise<Fed> {
  const asked: Asked[] = [];
  const ids: string[] = [];
  const queue = [...intents];
  const produce = async (): Promise<void> => {
    for (let urls = queue.shift(); urls !== undefined; urls = queue.shift()) {
      const beganAtMs = Date.now();
      const { id } = await call<{ readonly id: string }>(api, "POST", "/v1/intents", { op: "purge", urls });
      asked.push({ urls, beganAtMs, answeredAtMs: Date.now() });
      ids.push(id);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, produce));
  return { asked, ids };
}

/** How many intents ended how, or are still under way after `timeoutMs`. */
export async function ends(
  api: string,
  ids: readonly string[],
  timeoutMs: number,
): Promise<Readonly<Record<string, number>>> {
  const until = Date.now() + timeoutMs;
  const states: Record<string, number> = {};
  for (const id of ids) {
    let state: string;
    do ({ state } = await call<{ readonly state: string }>(api, "GET", `/v1/intents/${id}?wait=30`));
    while (["accepted", "running"].includes(state) && Date.now() < until);
    states[state] = (states[state] ?? 0) + 1;
  }
  return states;
}

/** `token`: the caller's secret, where the service asks for one. */
export async function call<T>(
  api: string,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<T> {
  const headers = {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const reply = await fetch(`${api}${path}`, { method, headers, ...content });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text.slice(0, 500)}`);
  return (text === "" ? null : JSON.parse(text)) as T;
}
