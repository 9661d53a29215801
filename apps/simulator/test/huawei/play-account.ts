import {
  type AccountSettings,
  type BatchContent,
  type CallContext,
  type CallOptions,
  type CallOverride,
  type Credentials,
  effectiveLimits,
  type LimitOverrides,
  NO_OVERRIDES,
  type Outcome,
  type PollAnswer,
  type Provider,
  type Row,
  type Task,
} from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { accountSettings } from "@purgeline/testkit";
import type { SimulatorKind } from "../../src/kernel/index.ts";
import { type Simulators, startSimulatorsOf } from "../../src/kernel/start.ts";
import { send } from "../send.ts";
import { stoppedTime } from "../stopped-time.ts";

export const KEYS: Extract<Credentials, { readonly kind: "keys" }> = {
  kind: "keys",
  accessKeyId: "AKEXAMPLE0000000001",
  accessKeySecret: "sK-1",
  securityToken: null,
};

/** An account at its simulator, and the adapter's side of a conversation with it. */
export interface Played {
  readonly simulators: Simulators;
  readonly provider: Provider;
  readonly settings: AccountSettings;
  context(token?: string | null, given?: AccountSettings): CallContext;
  submit(
    lane: BatchContent["lane"],
    items: readonly string[],
    call?: CallContext,
    options?: CallOptions,
  ): Promise<Outcome>;
  poll(task: Task, call?: CallContext): Promise<PollAnswer>;
  /** What an answer says of each item. */
  ends(items: readonly string[], answer: PollAnswer): readonly (Row["end"] | null)[];
}

/** Which account of which service: its provider's name, its simulator, and what the service wants of it. */
export interface Service {
  readonly provider: string;
  readonly kind: SimulatorKind;
  readonly settings: Partial<AccountSettings>;
}

export async function playAccount(
  service: Service,
  credentials: Credentials = KEYS,
  change: Partial<LimitOverrides> = {},
  /** Without our own pace of one call a second. */
  rate: CallOverride = { perSecond: 1_000 },
): Promise<Played> {
  const provider = providers.get(service.provider);
  if (provider === undefined) throw new Error(`${service.provider} is not listed`);
  const asked = accountSettings({
    name: "hua",
    provider: provider.name,
    endpoint: "http://127.0.0.1:0",
    ...service.settings,
    credentials,
  });
  const table = provider.table(asked);
  const calls = Object.fromEntries(Object.keys(table.calls).map((call) => [call, rate]));
  const limits = effectiveLimits(table, { ...NO_OVERRIDES, calls, ...change });
  const simulators = await startSimulatorsOf([service.kind], [{ settings: asked, limits }], {
    completeMs: 0,
    time: stoppedTime(),
  });
  const settings = simulators.settingsOf(asked.name);
  const context = (token: string | null = null, given = settings): CallContext => {
    return { settings: given, nowMs: simulators.clock.nowMs(), nonce: "", token };
  };
  return {
    simulators,
    provider,
    settings,
    context,
    submit: async (lane, items, call = context(), options = {}) => {
      const batch = { lane, items: items as BatchContent["items"], options };
      return provider.decode(await send(provider.encode(batch, call)), batch);
    },
    poll: async (task, call = context()) =>
      provider.poll.decode(await send(provider.poll.encode([task], call)), [task]),
    ends: (items, answer) => {
      const rows = answer.kind === "progress" ? answer.tasks.flatMap((task) => task.rows) : [];
      return provider.poll.match(items, rows).map((row) => row?.end ?? null);
    },
  };
}

/** The task of an accepted call. */
export function taskOf(outcome: Outcome): Task {
  const [task] = outcome.kind === "accepted" ? outcome.tasks : [];
  if (task === undefined) throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  return task;
}
