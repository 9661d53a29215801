import { StoreUnavailable } from "@purgeline/core";
import type { Connection } from "./connect.ts";
import { type StoreAccount, script } from "./context.ts";
import { rollKey } from "./roll.ts";
import { checkSchema, SCHEMA } from "./schema.ts";
import { list, number, runScript, text } from "./script.ts";

export interface Joining {
  readonly connection: Connection;
  readonly prefix: string;
  /** When the configuration was written: of two that describe an account otherwise the newer one wins. */
  readonly configuredAtMs: number;
  readonly accounts: readonly Pick<StoreAccount, "name" | "description">[];
  /** A newer configuration describes the account otherwise: told once, until it does not any more. */
  onDiffer(account: string): void;
  /** Nobody had joined: the store is new, or Redis has lost it. */
  onNew?(): void;
}

export interface Membership {
  /** The data are known to be readable; waits for Redis as long as it takes. */
  readonly joined: Promise<void>;
  /** Rejects, with `NewerData`, once the data have become too new for this program; never resolves. */
  readonly refused: Promise<never>;
  leave(): void;
}

/** A program of another version or with another configuration is noticed after this long at the latest; Purgeline's choice. */
const EVERY_MS = 10_000;

/**
 * Joins the programs that share a store, and stays joined: at each new connection, since Redis may have lost or got
 * other data meanwhile, and from time to time. Where Redis answers now and its data are too new it rejects.
 */
export async function joinStore(joining: Joining): Promise<Membership> {
  const { connection } = joining;
  const joined = Promise.withResolvers<void>();
  const refused = Promise.withResolvers<never>();
  // Whoever does not look at them must not end the process.
  for (const { promise } of [joined, refused]) promise.catch(() => undefined);
  let known: readonly string[] = [];
  /** Why it may not; null: it may, or nobody knows yet. */
  const look = async (): Promise<unknown> => {
    try {
      const { differing, isNew } = await join(joining);
      if (isNew) joining.onNew?.();
      for (const account of differing) if (!known.includes(account)) joining.onDiffer(account);
      known = differing;
      joined.resolve();
      return null;
    } catch (error) {
      // Its link says so, and at the next connection it is asked again.
      if (error instanceof StoreUnavailable) return null;
      joined.reject(error);
      refused.reject(error);
      return error;
    }
  };
  const why = connection.status === "ready" ? await look() : null;
  if (why !== null) throw why;
  const again = (): void => void look();
  connection.on("ready", again);
  const timer = setInterval(again, EVERY_MS);
  timer.unref();
  const leave = (): void => {
    connection.off("ready", again);
    clearInterval(timer);
  };
  refused.promise.catch(leave);
  return { joined: joined.promise, refused: refused.promise, leave };
}

async function join({
  connection,
  prefix,
  configuredAtMs,
  accounts,
}: Joining): Promise<{ readonly differing: readonly string[]; readonly isNew: boolean }> {
  const described = accounts.flatMap(({ name, description }) =>
    description === undefined ? [] : [name, JSON.stringify(description)],
  );
  const reply = await runScript(connection, script("join"), rollKey(prefix), [
    SCHEMA.number,
    SCHEMA.compatibleSince,
    Math.floor(configuredAtMs),
    ...described,
  ]);
  const [schema, since, differing, isNew] = list(reply, "join");
  checkSchema({ number: number(schema, "join"), compatibleSince: number(since, "join") }, prefix);
  return { differing: list(differing, "join").map((name) => text(name, "join")), isNew: isNew === 1 };
}
