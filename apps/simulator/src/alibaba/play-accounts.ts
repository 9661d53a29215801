import {
  type AccountSettings,
  type BatchContent,
  type CallContext,
  effectiveLimits,
  type HttpReply,
  type HttpRequest,
  type Lane,
  type LimitOverrides,
  NO_OVERRIDES,
  type Outcome,
  type PollAnswer,
  type Progress,
  type Provider,
  type QuotaAnswer,
  type Row,
  type Task,
} from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { send } from "../../test/send.ts";
import { stoppedTime } from "../../test/stopped-time.ts";
import { type SimulatorOptions, type Simulators, startSimulatorsOf } from "../kernel/start.ts";
import { alibabaSimulator } from "./index.ts";
import type { Product } from "./read-call.ts";

/** For tests: one account at a product, played by the simulator, asked by the adapter over real sockets. */
export interface PlayedForTest {
  readonly sim: Simulators;
  readonly settings: AccountSettings;
  /** `changes`: as a client would that is configured otherwise. */
  encode(batch: BatchContent, changes?: Partial<AccountSettings>): HttpRequest;
  submit(batch: BatchContent): Promise<Outcome>;
  /** One question for the provider's own quota. */
  quota(call: string): Promise<QuotaAnswer>;
  /** One query about these tasks. */
  poll(tasks: readonly [Task, ...Task[]]): Promise<PollAnswer>;
  /** Asks round after round, as the engine does, until nothing is left to ask; the clock goes on by `roundMs` between rounds. */
  settle(tasks: readonly Task[], roundMs?: number): Promise<readonly Row[]>;
  send(request: HttpRequest): Promise<HttpReply>;
}

export const KEYS = {
  kind: "keys",
  accessKeyId: "LTAItest",
  accessKeySecret: "secret/+=",
  securityToken: null,
} as const;

/** Task lists may be asked five times a second. */
const QUERY_PAUSE_MS = 201;

/** More rounds than any honest task needs: a poll that never ends fails its test here. */
const MAX_ROUNDS = 20;

export async function playAccount(
  product: Product,
  changes: Partial<AccountSettings> = {},
  overrides: Partial<LimitOverrides> = {},
  options: SimulatorOptions = { completeMs: 60_000 },
): Promise<PlayedForTest> {
  const provider = providers.get(product);
  if (provider === undefined) throw new Error(`${product} is not registered`);
  const account = accountOf(product, changes);
  const limits = effectiveLimits(provider.table(account), { ...NO_OVERRIDES, ...overrides });
  const sim = await startSimulatorsOf([alibabaSimulator], [{ settings: account, limits }], {
    time: stoppedTime(),
    ...options,
  });
  return playing(provider, sim, sim.settingsOf(account.name));
}

function playing(provider: Provider, sim: Simulators, settings: AccountSettings): PlayedForTest {
  const call = (): CallContext => ({
    settings,
    nowMs: sim.clock.nowMs(),
    nonce: crypto.randomUUID().replaceAll("-", ""),
    token: null,
  });
  const encode = (batch: BatchContent, changes: Partial<AccountSettings> = {}) =>
    provider.encode(batch, { ...call(), settings: { ...settings, ...changes } });
  const poll = async (tasks: readonly [Task, ...Task[]]) =>
    provider.poll.decode(await send(provider.poll.encode(tasks, call())), tasks);
  const quota = async (name: string): Promise<QuotaAnswer> => {
    if (provider.quota === undefined) throw new Error(`${provider.name} tells no quota`);
    return provider.quota.decode(name, await send(provider.quota.encode(name, call())));
  };
  const settle = async (tasks: readonly Task[], roundMs = 60_000) => {
    const rows: Row[] = [];
    let due = tasks;
    for (let round = 0; due.length > 0; round += 1) {
      if (round === MAX_ROUNDS) throw new Error(`still to be asked: ${JSON.stringify(due)}`);
      sim.clock.advance(roundMs);
      const told: Progress[] = [];
      for (const group of groupsOf(provider, due)) {
        sim.clock.advance(QUERY_PAUSE_MS);
        told.push(...progressOf(await poll(group)));
      }
      rows.push(...told.flatMap((progress) => progress.rows));
      due = told.flatMap((progress) => progress.next);
    }
    return rows;
  };
  const submit = async (batch: BatchContent) => provider.decode(await send(encode(batch)), batch);
  return { sim, settings, encode, submit, quota, poll, settle, send };
}

/** Tasks of one call together, as many as one query takes. */
function groupsOf(provider: Provider, tasks: readonly Task[]): readonly (readonly [Task, ...Task[]])[] {
  return [...Map.groupBy(tasks, ({ call }) => call)].flatMap(([call, list]) => {
    const most = provider.poll.max(call);
    return list.flatMap((task, index): readonly [Task, ...Task[]][] =>
      index % most === 0 ? [[task, ...list.slice(index + 1, index + most)]] : [],
    );
  });
}

export function accountOf(product: Product, changes: Partial<AccountSettings> = {}): AccountSettings {
  return {
    name: product,
    provider: product,
    endpoint: "http://127.0.0.1:0",
    region: "cn-shanghai",
    projectId: null,
    own: {},
    callbackKey: null,
    signature: null,
    credentials: KEYS,
    ...changes,
  };
}

export function progressOf(answer: PollAnswer): readonly Progress[] {
  if (answer.kind !== "progress") throw new Error(`expected progress, got ${JSON.stringify(answer)}`);
  return answer.tasks;
}

export function tasksOf(outcome: Outcome): readonly [Task, ...Task[]] {
  const [task, ...others] = outcome.kind === "accepted" ? outcome.tasks : [];
  if (task === undefined) throw new Error(`expected tasks, got ${JSON.stringify(outcome)}`);
  return [task, ...others];
}

export function batchOf(
  lane: Lane,
  items: readonly string[],
  options: BatchContent["options"] = {},
): BatchContent {
  const [first, ...rest] = items;
  if (first === undefined) throw new Error("a batch is never empty");
  return { lane, items: [first, ...rest], options };
}

/** `count` URLs of one host, with characters that encoders trip over. */
export function urls(count: number, host = "cdn.example.com"): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => `https://${host}/中 ${index}/a+b~!*'()%20.js?x=1&y=${index}`,
  );
}
