import type { Lane, LaneLimits, Limits, State, Task } from "@purgeline/core";

/** Urgent or normal. */
export type Class = "u" | "n";

/** One target of one intent, in all its lives. */
export interface Target {
  readonly intent: Intent;
  readonly text: string;
  readonly domain: string;
  state: State;
}

/** An intent's leg: targets of one lane. */
export interface Intent {
  readonly id: string;
  readonly lane: Lane;
  /** As JSON with sorted fields. */
  readonly options: string;
  readonly klass: Class;
  readonly producer: string;
  readonly createdAt: number;
  readonly targets: readonly Target[];
  lives: number;
  finishedAt: number | null;
  /** When it was staged, or tried anew, in the account's count of stagings and seals. */
  clock: number;
  /** Its targets wait for their time, and not yet for their seal. */
  held: boolean;
  hasBody: boolean;
}

/** A key of a lane, from the first target that wants it to its end. */
export interface Entry {
  readonly lane: Lane;
  /** The key with its options. */
  readonly id: string;
  readonly text: string;
  readonly domain: string;
  readonly options: string;
  /** Whoever wants it, in the order in which they came; the first one stands for it. */
  interests: Target[];
  urgent: boolean;
  isOpen: boolean;
  /** What it is in, once it is sealed. */
  batch: Batch | null;
  /** A prefetch that has to wait for purges. */
  barrier: Barrier | null;
  /** A purge: the prefetches that wait for it, in the order in which they began to. */
  readonly awaitedBy: Entry[];
  /** What does its work while it is absorbed; and what it has absorbed itself. */
  root: Entry | null;
  readonly holds: Entry[];
}

export interface Barrier {
  readonly at: number;
  /** The queue that it joins when nothing holds it back any more, without its class. */
  readonly producer: string;
  readonly group: string;
  /** `from`: interests before this one came before the purge, and do not fail with it. */
  purges: readonly { readonly purge: Entry; readonly from: number }[];
}

export interface Reservation {
  readonly classes: readonly string[];
  readonly days: readonly number[];
  readonly units: number;
  state: "reserved" | "spent" | "refunded";
}

export interface Item {
  readonly entry: Entry;
  readonly text: string;
  readonly domain: string;
  state: State;
}

export interface Batch {
  readonly number: number;
  readonly lane: Lane;
  readonly options: string;
  readonly items: readonly Item[];
  readonly sealedAt: number;
  /** The same in the account's count of stagings and seals. */
  readonly seal: number;
  klass: Class;
  state: "retry" | "sending" | "submitted" | "ended";
  attempt: number;
  resend: "crash" | "ambiguous" | null;
  /** Since when it might be sent. */
  readyAt: number;
  /** Why it waits for another try, where that is known. */
  waits: string | null;
  reservation: Reservation | null;
  /** The second whose minute it took its domains' room of. */
  spentAt: number | null;
  /** Its domains are known until it is answered. */
  hasDomains: boolean;
  acceptedAt: number | null;
  /** What the submit's answer named. */
  readonly asks: Task[];
  taskNo: number;
  /** Of a batch that was split. */
  isPart: boolean;
}

/** Whose turn it is, in one class of a lane. */
export interface Ring {
  producers: string[];
  readonly groups: Map<string, string[]>;
  readonly deficit: Map<string, number>;
}

/** A FIFO's name: class TAB producer TAB group, where a group is a domain and an option set. */
export type Queue = string;

export interface LaneTwin {
  readonly name: Lane;
  readonly limits: LaneLimits;
  /** Keys that wait for their seal, by id; of `next`: those that come after them. */
  readonly keys: Map<string, Entry>;
  readonly next: Map<string, Entry>;
  readonly fifos: Map<Queue, string[]>;
  readonly rings: Readonly<Record<Class, Ring>>;
  /** Queues over their domain's minute, or whose quota is spent: until when; for which day. */
  readonly parked: Map<Queue, number>;
  readonly spent: Map<Queue, number>;
  /** Batches: deadline; when tried again; when their keys have rested. */
  readonly sending: Map<number, number>;
  readonly retry: Map<number, number>;
  readonly resting: Map<number, number>;
  /** Keys that wait behind a batch that carries them, and when it may let them go. */
  readonly behind: Map<number, { at: number; entries: (readonly [Queue, string])[] }>;
  /** Key → batch that it is under way with. */
  readonly out: Map<string, number>;
  /** Domain → second → targets sent. */
  readonly windows: Map<string, Map<number, number>>;
  /** Intents with unfinished targets, and when they came. */
  readonly open: Readonly<Record<Class, Map<Intent, number>>>;
  first: number | null;
  last: number | null;
  turn: number;
  /** A part was sent since anything new was. */
  partSent: boolean;
  /** Keys that may cover others, by text, until they have ended; those that have absorbed some; until when none do. */
  readonly roots: Map<string, readonly Entry[]>;
  readonly holders: Set<Entry>;
  spentUntil: number;
  /** Whether its keys are looked through for what covers them, and whether that begins anew then. */
  looks: "no" | "once" | "again";
}

export interface CallTwin {
  grants: number[];
  hold: { openAt: number; why: string | null; failures: number; probing: boolean } | null;
  /** Thousandths of its limits that were in force when it was throttled last, and from when on they grow. */
  slow: { readonly share: number; readonly at: number } | null;
  /** Domain that the provider throttles → until when. */
  readonly domains: Map<string, number>;
}

export interface DayTwin {
  used: number;
  reserved: number;
  elsewhere: number;
  full: boolean;
}

export interface Told {
  readonly limit: number | null;
  readonly batch: number | null;
}

export interface TaskTwin {
  readonly ref: string;
  readonly batch: Batch;
  readonly task: Task;
  dueAt: number;
  isFirst: boolean;
}

export interface Settings {
  readonly limits: Limits;
  readonly coalesce: { readonly quietMs: number; readonly maxWaitMs: number };
  readonly maxPendingTargets: number;
  /** First instants of the provider's days. */
  readonly resets: readonly number[];
}

/** All that one account's keys in Redis say, as plain maps and lists. */
export interface Twin {
  readonly settings: Settings;
  now: number;
  paused: boolean;
  batches: number;
  readonly lanes: ReadonlyMap<Lane, LaneTwin>;
  readonly calls: Map<string, CallTwin>;
  /** `class:day`. */
  readonly days: Map<string, DayTwin>;
  readonly told: Map<string, Told>;
  readonly intents: Map<string, Intent>;
  /** Bodies that rescue looks at, and when. */
  readonly unstaged: Map<Intent, number>;
  /** By number; ended ones as well. */
  readonly byNumber: Map<number, Batch>;
  readonly tasks: Map<string, TaskTwin>;
  /** Keys of purge lanes, in the order in which they came. */
  readonly purges: Entry[];
  /** Counts stagings and seals. */
  clock: number;
  /** What moved in the last step beside a batch: prefetches that failed with a purge, and what was absorbed. */
  elsewhere: Partial<Record<Lane, Partial<Record<State, number>>>>;
}

export function createTwin(settings: Settings, now: number): Twin {
  const lanes = new Map<Lane, LaneTwin>();
  for (const [name, limits] of Object.entries(settings.limits.lanes))
    lanes.set(name as Lane, createLane(name as Lane, limits));
  return {
    settings,
    now,
    paused: false,
    batches: 0,
    lanes,
    calls: new Map(),
    days: new Map(),
    told: new Map(),
    intents: new Map(),
    unstaged: new Map(),
    byNumber: new Map(),
    tasks: new Map(),
    purges: [],
    clock: 0,
    elsewhere: {},
  };
}

function createLane(name: Lane, limits: LaneLimits): LaneTwin {
  return {
    name,
    limits,
    keys: new Map(),
    next: new Map(),
    fifos: new Map(),
    rings: { u: createRing(), n: createRing() },
    parked: new Map(),
    spent: new Map(),
    sending: new Map(),
    retry: new Map(),
    resting: new Map(),
    behind: new Map(),
    out: new Map(),
    windows: new Map(),
    open: { u: new Map(), n: new Map() },
    first: null,
    last: null,
    turn: 0,
    partSent: false,
    roots: new Map(),
    holders: new Set(),
    spentUntil: 0,
    looks: "no",
  };
}

function createRing(): Ring {
  return { producers: [], groups: new Map(), deficit: new Map() };
}

export function laneOf(twin: Twin, name: Lane): LaneTwin {
  const lane = twin.lanes.get(name);
  if (lane === undefined) throw new Error(`twin: no lane ${name}`);
  return lane;
}

export function batchOf(twin: Twin, number: number): Batch {
  const batch = twin.byNumber.get(number);
  if (batch === undefined) throw new Error(`twin: no batch ${number}`);
  return batch;
}

/** As Redis orders a sorted set: by score, then by the member's text. */
export function byScore<K extends number | string>(
  zset: ReadonlyMap<K, number>,
): readonly (readonly [K, number])[] {
  return [...zset].sort(([a, x], [b, y]) => x - y || (String(a) < String(b) ? -1 : 1));
}
