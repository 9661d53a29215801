import type {
  AccountSettings,
  BatchContent,
  CallContext,
  CallName,
  HttpReply,
  HttpRequest,
  LimitOverrides,
  Outcome,
  PollAnswer,
  QuotaAnswer,
  QuotaFigure,
  Row,
  Task,
} from "@purgeline/core";
import { effectiveLimits, NO_OVERRIDES } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { stoppedTime } from "../../test/stopped-time.ts";
import type { SimulatorOptions, Simulators } from "../kernel/start.ts";
import { startSimulatorsOf } from "../kernel/start.ts";
import { tencentSimulator } from "./index.ts";

/** For tests: one account, played by the simulator, asked by the adapter over real sockets. */
export interface PlayedForTest {
  readonly sim: Simulators;
  readonly settings: AccountSettings;
  encode(batch: BatchContent): HttpRequest;
  submit(batch: BatchContent): Promise<Outcome>;
  poll(task: Task): Promise<PollAnswer>;
  /** Asks for the task and all that is left of it once; throws on a failure. */
  rows(task: Task): Promise<{ readonly rows: readonly Row[]; readonly next: readonly Task[] }>;
  quota(call: CallName): Promise<QuotaAnswer>;
  /** What all of the account's quota queries tell; throws on a failure. */
  figures(): Promise<readonly QuotaFigure[]>;
  send(request: HttpRequest): Promise<HttpReply>;
}

const SETTINGS: AccountSettings = {
  name: "tencent",
  provider: "tencent-cdn",
  endpoint: "http://127.0.0.1:0",
  region: null,
  projectId: null,
  own: {},
  callbackKey: null,
  signature: null,
  credentials: { kind: "keys", accessKeyId: "AKIDtest", accessKeySecret: "secret", securityToken: null },
};

export async function playAccount(
  changes: Partial<AccountSettings> = {},
  overrides: Partial<LimitOverrides> = {},
  options: SimulatorOptions = { completeMs: 60_000 },
): Promise<PlayedForTest> {
  const provider = providers.get("tencent-cdn");
  if (provider === undefined) throw new Error("tencent-cdn is not registered");
  const account = { ...SETTINGS, ...changes };
  const limits = effectiveLimits(provider.table(account), { ...NO_OVERRIDES, ...overrides });
  const sim = await startSimulatorsOf([tencentSimulator], [{ settings: account, limits }], {
    time: stoppedTime(),
    ...options,
  });
  const settings = sim.settingsOf(account.name);
  const call = (): CallContext => ({
    settings,
    nowMs: sim.clock.nowMs(),
    nonce: crypto.randomUUID().replaceAll("-", ""),
    token: null,
  });
  const encode = (batch: BatchContent) => provider.encode(batch, call());
  const poll = async (task: Task) =>
    provider.poll.decode(await send(provider.poll.encode([task], call())), [task]);
  const quota = async (name: CallName) => {
    if (provider.quota === undefined) throw new Error("tencent-cdn tells no quota");
    return provider.quota.decode(name, await send(provider.quota.encode(name, call())));
  };
  return {
    sim,
    settings,
    encode,
    send,
    poll,
    async submit(batch) {
      const beganAtMs = sim.clock.nowMs();
      return provider.decode(await send(encode(batch)), batch, beganAtMs);
    },
    quota,
    async figures() {
      const told: QuotaFigure[] = [];
      for (const name of provider.quota?.calls(settings) ?? []) {
        const answer = await quota(name);
        if (answer.kind !== "figures") throw new Error(`expected figures, got ${JSON.stringify(answer)}`);
        told.push(...answer.figures);
      }
      return told;
    },
    async rows(task) {
      const answer = await poll(task);
      const [progress] = answer.kind === "progress" ? answer.tasks : [];
      if (progress === undefined) throw new Error(`expected progress, got ${JSON.stringify(answer)}`);
      return progress;
    },
  };
}

async function send({ url, method, headers, body }: HttpRequest): Promise<HttpReply> {
  const response = await fetch(url, { method, headers, body });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

/** `count` URLs of one host. */
export function urlBatch(count: number, lane: BatchContent["lane"] = "purge-url"): BatchContent {
  const end = lane === "purge-directory" ? "/" : ".jpg";
  const item = (index: number) => `https://cdn.example.com/中 ${index}/a~!*'()${end}`;
  const rest = Array.from({ length: count - 1 }, (_, index) => item(index + 1));
  return { lane, items: [item(0), ...rest], options: {} };
}

/** The one task of an accepted submit. */
export function taskOf(outcome: Outcome): Task {
  const [task] = outcome.kind === "accepted" ? outcome.tasks : [];
  if (task === undefined) throw new Error(`expected a task, got ${JSON.stringify(outcome)}`);
  return task;
}
