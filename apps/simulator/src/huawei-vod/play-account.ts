import {
  type AccountSettings,
  type BatchContent,
  type CallContext,
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
import { send } from "../../test/send.ts";
import { type Simulators, startSimulatorsOf } from "../kernel/start.ts";
import { huaweiVodSimulator } from "./index.ts";

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
  submit(lane: BatchContent["lane"], items: readonly string[], call?: CallContext): Promise<Outcome>;
  poll(task: Task, call?: CallContext): Promise<PollAnswer>;
  /** What an answer says of each item. */
  ends(items: readonly string[], answer: PollAnswer): readonly (Row["end"] | null)[];
}

export async function playAccount(
  credentials: Credentials = KEYS,
  change: Partial<LimitOverrides> = {},
): Promise<Played> {
  const provider = providers.get("huawei-vod");
  if (provider === undefined) throw new Error("huawei-vod is not listed");
  const asked: AccountSettings = {
    name: "hua",
    provider: provider.name,
    endpoint: "http://127.0.0.1:0",
    region: null,
    projectId: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    own: {},
    callbackKey: null,
    signature: null,
    credentials,
  };
  const table = provider.table(asked);
  // Without our own pace of one call a second.
  const calls = Object.fromEntries(Object.keys(table.calls).map((call) => [call, { perSecond: 1_000 }]));
  const limits = effectiveLimits(table, { ...NO_OVERRIDES, calls, ...change });
  const simulators = await startSimulatorsOf([huaweiVodSimulator], [{ settings: asked, limits }], {
    completeMs: 0,
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
    submit: async (lane, items, call = context()) => {
      const batch = { lane, items: items as BatchContent["items"], options: {} };
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
