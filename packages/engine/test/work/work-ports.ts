import type {
  AccountSettings,
  CallName,
  ClaimedQuota,
  Clock,
  DueTask,
  Failure,
  Limits,
  Outcome,
  PollAnswer,
  Provider,
  QuotaAnswer,
  Recorded,
  Slot,
  Take,
  TakenBatch,
  Task,
  WorkStore,
} from "@purgeline/core";
import { matchRows } from "@purgeline/core";
import { accountSettings } from "@purgeline/testkit";
import type { KeptItems, WorkAccount, WorkPorts } from "../../src/index.ts";
import { eventsInto, nothingTold, type Told } from "./told.ts";
import { type ToyTurns, toyTransport } from "./toy-transport.ts";

const SECRET = "the-secret-of-the-account";
/** Remembers nothing. */
export const NO_ITEMS: KeptItems = { of: () => Promise.resolve(null), keep: () => undefined };
export const SUBMIT_SLOT: Slot = { id: "s1", account: "ali", kind: { for: "submit", lane: "purge-url" } };
export const POLL_SLOT: Slot = { id: "p1", account: "ali", kind: { for: "poll", call: "Ask" } };

export const SETTINGS: AccountSettings = accountSettings({
  name: "ali",
  provider: "toy",
  credentials: { kind: "keys", accessKeyId: "the-key-id", accessKeySecret: SECRET, securityToken: null },
});

const CALL = { perSecond: 10, perMinute: null, timeoutMs: 1000 };
export const LIMITS: Limits = {
  lanes: {
    "purge-url": {
      call: "Purge",
      quota: "url",
      quotaByOption: null,
      unitsPerTarget: 1,
      weight: { encoding: "raw", fixed: 0, perItem: 1 },
      batch: 10,
      bodyBytes: 1000,
      urlChars: 100,
      domains: null,
      perDomainPerMinute: null,
      inFlight: 2,
      resendAfterMs: 5000,
    },
  },
  calls: { Purge: CALL, Ask: CALL },
  quotas: { url: 100 },
  reserveForUrgent: 0,
  resetTimeZone: "UTC",
  lookBackMs: 3_600_000,
  pollEveryMs: 1000,
};

export function batchOf(items: readonly [string, ...string[]], more: Partial<TakenBatch> = {}): TakenBatch {
  return {
    id: "bat_1",
    account: "ali",
    lane: "purge-url",
    options: {},
    items,
    attempt: 1,
    resend: null,
    sealedAtMs: 0,
    grantedAtMs: 0,
    leadMs: 0,
    holdMs: 0,
    ageMs: 0,
    waitedMs: 0,
    ...more,
  };
}

export function dueTask(id: string, more: Partial<DueTask> = {}): DueTask {
  const task: Task = { call: "Ask", id };
  return {
    ref: `1:${id}`,
    batch: "bat_1",
    task,
    lane: "purge-url",
    acceptedAgeMs: 5000,
    isFirst: false,
    ...more,
  };
}

export function failureOf<K extends Failure["kind"]>(
  kind: K,
  more: Partial<Extract<Failure, { kind: K }>> = {},
) {
  return { kind, code: `Toy.${kind}`, message: "words", requestId: "r1", ...more } as Extract<
    Failure,
    { kind: K }
  >;
}

/** What every record and settle mints. */
const MINTED: Slot = { ...SUBMIT_SLOT, id: "minted" };
const RECORDED: Recorded = {
  applied: true,
  slots: [MINTED],
  transitions: { targets: {}, elsewhere: {}, legs: [] },
};

export interface Toy {
  readonly ports: WorkPorts;
  readonly account: WorkAccount;
  readonly told: Told;
  readonly stop: AbortController;
  /** Moves the clock, both the wall's and the monotonic one. */
  advance(ms: number): void;
}

export interface Given {
  readonly takes?: readonly Take[];
  /** What `claimQuota` tells, by turns; then: to wait. */
  readonly rounds?: readonly ClaimedQuota[];
  /** What the provider tells of its quota, by the call; default: it has no such calls. */
  readonly quotas?: Readonly<Record<CallName, QuotaAnswer>>;
  readonly polls?: readonly Awaited<ReturnType<WorkStore["claimPolls"]>>[];
  /** What `permit` tells before it grants: waits, or why there is none; default: nothing. */
  readonly permitWaits?: readonly (number | "stopped" | "superseded")[];
  /** Items of every batch; null: it has ended. */
  readonly items?: readonly string[] | null;
  /** What the provider answers, by turns; the last one for ever. */
  readonly outcomes?: readonly (Outcome | Error)[];
  readonly answers?: (ids: readonly string[]) => PollAnswer;
  readonly settings?: AccountSettings;
  readonly login?: Provider["login"];
  /** Runs before the socket is ready. */
  readonly connecting?: () => void;
  /** Runs between the look at the permit and the first byte's leaving. */
  readonly writing?: () => void;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One account of a toy provider over ports in memory. */
export function toy(given: Given = {}): Toy {
  const told = nothingTold();
  const stop = new AbortController();
  let nowMs = 1_000_000;
  const advance = (ms: number): void => {
    nowMs += ms;
  };
  const clock: Clock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    sleep: async (ms) => {
      told.sleeps.push(ms);
      advance(ms);
    },
  };
  const turns: ToyTurns = { left: [...(given.outcomes ?? [])], now: undefined };
  const account: WorkAccount = {
    account: {
      settings: given.settings ?? SETTINGS,
      hosts: [],
      cacheKey: [],
      coalesce: { quietMs: 0, maxWaitMs: 0 },
      overrides: { lanes: {}, calls: {}, quotas: {}, resetTimeZone: null, reserveForUrgent: 0 },
      giveUpAfterMs: 60_000,
      askQuotaEveryMs: 300_000,
    },
    provider: provider(given, turns),
    limits: LIMITS,
  };
  const ports: WorkPorts = {
    store: store(given, told),
    queue: {
      add: async (slots) => void told.queued.push(...slots.map((slot) => slot.id)),
      lost: async () => [],
    },
    transport: toyTransport(given, turns, told),
    clock,
    chance: { nonce: () => "0".repeat(32), unit: () => 0.5 },
    events: eventsInto(told),
    accounts: new Map([["ali", account]]),
    stopping: stop.signal,
  };
  return { ports, account, told, stop, advance };
}

function provider({ answers, login, quotas }: Given, turns: ToyTurns): Provider {
  return {
    name: "toy",
    signatures: [],
    check: () => [],
    table: () => {
      throw new Error("toy: the work never asks for the table");
    },
    options: () => ({ ok: true, value: {} }),
    encode: ({ items }, { token }) => ({
      method: "POST",
      url: "https://toy.test/purge",
      headers: token === null ? {} : { token },
      body: items.join(","),
    }),
    decode: () => {
      if (turns.now === undefined || turns.now instanceof Error) throw new Error("toy: no outcome left");
      return turns.now;
    },
    poll: {
      max: () => 10,
      encode: (tasks) => ({
        method: "GET",
        url: `https://toy.test/ask?ids=${tasks.map((task) => task.id).join(",")}`,
        headers: {},
        body: null,
      }),
      decode: (_reply, tasks) => answers?.(tasks.map((task) => task.id)) ?? failureOf("ambiguous"),
      match: matchRows,
    },
    ...(login === undefined ? {} : { login }),
    ...(quotas === undefined ? {} : { quota: quotaCodec(quotas) }),
  };
}

function quotaCodec(quotas: NonNullable<Given["quotas"]>): NonNullable<Provider["quota"]> {
  return {
    calls: () => Object.keys(quotas),
    encode: (call) => ({ method: "GET", url: `https://toy.test/${call}`, headers: {}, body: null }),
    decode: (call) => quotas[call] ?? failureOf("ambiguous"),
  };
}

function store(
  { takes = [], polls = [], permitWaits = [], items = null, rounds = [] }: Given,
  told: Told,
): WorkStore {
  const left = { takes: [...takes], polls: [...polls], waits: [...permitWaits], rounds: [...rounds] };
  const never = (what: string) => (): never => {
    throw new Error(`toy: ${what} is not the work's`);
  };
  return {
    take: async (_slot, ageMs = 0) => {
      told.ages.push(ageMs);
      return left.takes.shift() ?? { kind: "end", moved: { elsewhere: {}, legs: [] }, slots: [] };
    },
    permit: async (_account, _call, _unusedMs, use) => {
      const waitMs = left.waits.shift() ?? 0;
      told.ages.push(use?.ageMs ?? 0);
      if (typeof waitMs === "string") {
        const none = { waitMs: 0, grantedAtMs: 0 };
        return { ...none, stopped: waitMs === "stopped", superseded: waitMs === "superseded" };
      }
      if (waitMs === 0) told.permits += 1;
      return { waitMs, grantedAtMs: told.permits, stopped: false, superseded: false };
    },
    rebook: async (_account, _call, grantedAtMs, leftAtMs) => {
      told.rebooked.push(leftAtMs - grantedAtMs);
    },
    record: async (_slot, _batch, verdict, seen) => {
      told.records.push({ verdict, error: seen.error, grantedAtMs: seen.grantedAtMs });
      return RECORDED;
    },
    claimPolls: async () => left.polls.shift() ?? { kind: "end" },
    items: async () => items,
    settle: async (_account, answer) => {
      told.settled.push(answer);
      return RECORDED;
    },
    settleLookup: async (_account, answer) => {
      told.lookedUp.push(answer);
      return { ...RECORDED, adopted: answer.candidates.length, taskIds: ["found"] };
    },
    putOff: async (_account, tasks, inMs, hold) => {
      told.putOff.push({ ids: tasks.map(({ ref }) => ref.slice(ref.indexOf(":") + 1)), inMs, hold });
    },
    claimQuota: async (_account, round) => {
      told.rounds.push(round);
      return left.rounds.shift() ?? { kind: "wait", waitMs: 60_000, told: [] };
    },
    settleQuota: async (_account, answer) => {
      told.quotas.push(answer);
      return [MINTED];
    },
    sweep: never("sweep"),
    renew: never("renew"),
    publish: never("publish"),
  };
}
