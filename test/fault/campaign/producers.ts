import { setTimeout as pause } from "node:timers/promises";
import type { Chance } from "./chance.ts";
import type { LedgerFile } from "./ledger-file.ts";
import type { ProducerEntry } from "./producer-ledger.ts";
import { type Attempt, watchEnds } from "./watch-ends.ts";

export interface Producers {
  /** Asks no more; resolves when every accepted intent has an end, or when none came to it for `patienceMs`. */
  finish(patienceMs: number): Promise<void>;
}

export interface ProducerPlan {
  /** Where the intake is served; each request goes to one of them, a repetition to the next. */
  readonly apis: readonly [string, ...string[]];
  readonly producers: number;
  /** Between two requests of one producer, at most. */
  readonly restMs: number;
  /** One purge's URLs; they repeat, so that purges meet each other under way. */
  urls(): readonly string[];
  /** Each so manieth purge asks for a prefetch after it. */
  readonly thenEvery: number;
  /** Each so manieth purge is one of a directory, soft and hard by turns; null: none. */
  readonly directories: { readonly every: number; one(): string } | null;
}

/** A request that nobody has answered by then is asked again. */
const ANSWER_MS = 5_000;
const TRIES = 8;

/** Producers as a careful service has them: they write down before they ask, and repeat with the same key. */
export function startProducers(
  plan: ProducerPlan,
  ledger: LedgerFile<ProducerEntry>,
  chance: Chance,
): Producers {
  const asking = new AbortController();
  const watch = watchEnds((id, attempt) => endOf(plan.apis, id, attempt), ledger);
  const campaign = `${process.pid}-${Date.now()}`;
  let asks = 0;

  async function produce(): Promise<void> {
    while (!asking.signal.aborted) {
      asks += 1;
      const ask = asks;
      const { urls, intent } = purgeOf(plan, ask);
      ledger.append({ entry: "began", ask, urls, atMs: Date.now() });
      const answer = await enqueue(plan.apis, intent, `${campaign}-${ask}`, ask);
      const atMs = Date.now();
      if (typeof answer === "string") ledger.append({ entry: answer, ask, atMs });
      else {
        ledger.append({ entry: "accepted", ask, ...answer, atMs });
        for (const id of Object.values(answer)) watch.add(id);
      }
      await pause(chance.between(0, plan.restMs));
    }
  }

  const producing = Array.from({ length: plan.producers }, produce);
  return {
    async finish(patienceMs) {
      asking.abort();
      await Promise.all(producing);
      await watch.finish(patienceMs);
    },
  };
}

interface Purge {
  readonly urls: readonly string[];
  readonly intent: Readonly<Record<string, unknown>>;
}

function purgeOf(plan: ProducerPlan, ask: number): Purge {
  const { directories } = plan;
  if (directories !== null && ask % directories.every === 1) {
    const urls = [directories.one()];
    const strength = ask % (2 * directories.every) === 1 ? "soft" : "hard";
    return { urls, intent: { op: "purge", directories: urls, options: { strength } } };
  }
  const urls = plan.urls();
  // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
  const more = ask % plan.thenEvery === 0 ? { then: "prefetch" } : {};
  return { urls, intent: { op: "purge", urls, ...more } };
}

interface Accepted {
  readonly id: string;
  readonly followerId?: string;
}

type Answer = Accepted | "maybe" | "refused";

async function enqueue(
  apis: ProducerPlan["apis"],
  intent: Readonly<Record<string, unknown>>,
  key: string,
  ask: number,
): Promise<Answer> {
  let mayExist = false;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const reply = await request(apiOf(apis, ask + attempt), "/v1/intents", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify(intent),
    });
    if (reply?.status === 202) return acceptedOf(reply.body);
    mayExist ||= reply === null || reply.body.code === "outcome-unknown" || reply.status === 409;
    await pause(Math.min(2_000, 100 * 2 ** attempt));
  }
  return mayExist ? "maybe" : "refused";
}

function acceptedOf({ id, links }: Reply["body"]): Accepted {
  const link = (links as { readonly then?: string }).then;
  const followerId = link?.split("/").at(-1);
  return { id: String(id), ...(followerId === undefined ? {} : { followerId }) };
}

const ENDS = ["confirmed", "partial", "failed", "unconfirmed", "cancelled"];

/** How the intent has ended; null: it has not, or nobody told. */
async function endOf(apis: ProducerPlan["apis"], id: string, attempt: Attempt): Promise<string | null> {
  const reply = await request(apiOf(apis, attempt.number), `/v1/intents/${id}?wait=${attempt.waitS}`, {});
  if (reply?.status === 404) return "unknown";
  const state = reply?.status === 200 ? String(reply.body.state) : "";
  return ENDS.includes(state) ? state : null;
}

function apiOf(apis: ProducerPlan["apis"], index: number): string {
  return apis[index % apis.length] ?? apis[0];
}

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** null: no answer, or none that could be read. */
async function request(api: string, path: string, init: RequestInit): Promise<Reply | null> {
  // Not AbortSignal.timeout: nothing but its listeners holds it, and some requests outlived it.
  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(), ANSWER_MS);
  try {
    const reply = await fetch(`${api}${path}`, { ...init, signal: impatience.signal });
    return { status: reply.status, body: (await reply.json()) as Reply["body"] };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
