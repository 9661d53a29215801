import { CommandFailed, EXIT } from "../exit.ts";
import { isRecord } from "./reply.ts";

export const COUNTED_STATES = [
  "pending",
  "sealed",
  "submitted",
  "absorbed",
  "confirmed",
  "failed",
  "unconfirmed",
  "cancelled",
] as const;
export type CountedState = (typeof COUNTED_STATES)[number];

/** An intent as `GET /v1/intents/{id}` tells it: what this program shows of it, and the whole. */
export interface Receipt {
  readonly id: string;
  readonly op: string;
  readonly state: string;
  readonly counts: Readonly<Record<CountedState | "total" | "duplicates", number>>;
  readonly accounts: readonly string[];
  readonly waiting: readonly Waiting[];
  readonly failures: readonly Failure[];
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly createdBy: string;
  readonly priority: string;
  readonly lives: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The prefetch that follows it; null: none. */
  readonly follower: string | null;
  /** As it came, for `--json`. */
  readonly whole: unknown;
}

export interface Waiting {
  readonly account: string;
  readonly lane: string;
  readonly reason: string;
  readonly targets: number;
  readonly until: string | null;
}

export interface Failure {
  readonly target: string;
  readonly account: string;
  readonly code: string;
  readonly message: string;
}

const ENDS: ReadonlySet<string> = new Set(["confirmed", "partial", "failed", "unconfirmed", "cancelled"]);

export function hasEnded(receipt: Pick<Receipt, "state">): boolean {
  return ENDS.has(receipt.state);
}

/** Reads a receipt; what the first answer of a POST leaves out (it is a short one) is filled with nothing. */
export function readReceipt(body: unknown): Receipt {
  if (!isRecord(body) || typeof body.id !== "string" || typeof body.state !== "string") {
    throw new CommandFailed("the answer is not a receipt: this is not Purgeline's API", EXIT.unreachable);
  }
  const counts = isRecord(body.counts) ? body.counts : {};
  return {
    id: body.id,
    op: text(body.op),
    state: body.state,
    counts: Object.fromEntries(
      [...COUNTED_STATES, "total", "duplicates"].map((state) => [state, number(counts[state])]),
    ) as Receipt["counts"],
    accounts: records(body.accounts).map((entry) => text(entry.account)),
    waiting: records(body.waiting).map(readWaiting),
    failures: records(body.failures).map(readFailure),
    createdAt: text(body.createdAt),
    finishedAt: typeof body.finishedAt === "string" ? body.finishedAt : null,
    createdBy: text(body.createdBy),
    priority: text(body.priority),
    lives: number(body.lives),
    labels: isRecord(body.labels)
      ? Object.fromEntries(Object.entries(body.labels).map(([key, value]) => [key, text(value)]))
      : {},
    follower: followerOf(body.links),
    whole: body,
  };
}

function followerOf(links: unknown): string | null {
  return isRecord(links) && typeof links.then === "string" ? (links.then.split("/").at(-1) ?? null) : null;
}

function readWaiting(entry: Readonly<Record<string, unknown>>): Waiting {
  return {
    account: text(entry.account),
    lane: text(entry.lane),
    reason: text(entry.reason),
    targets: number(entry.targets),
    until: typeof entry.until === "string" ? entry.until : null,
  };
}

function readFailure(entry: Readonly<Record<string, unknown>>): Failure {
  return {
    target: text(entry.target),
    account: text(entry.account),
    code: text(entry.code),
    message: text(entry.message),
  };
}

export function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function text(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
