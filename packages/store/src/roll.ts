import type { Json } from "@purgeline/core";
import type { Connection } from "./connect.ts";
import type { Schema } from "./schema.ts";
import { asUnavailable } from "./unavailable.ts";

/** What every program that joined has written down of the store as a whole. */
export interface Roll {
  /** null: nobody has joined yet. */
  readonly schema: Schema | null;
  /** By name: every account that any configuration ever named, as the newest of them described it. */
  readonly accounts: ReadonlyMap<string, Json>;
}

/** One hash beside the accounts' own slots: a single key, so that Redis Cluster takes it. */
export function rollKey(prefix: string): string {
  return `${prefix}:store`;
}

const ACCOUNT = "account:";

export async function readRoll(connection: Connection, prefix: string): Promise<Roll> {
  const wasReady = connection.status === "ready";
  try {
    return rollOf(await connection.hgetall(rollKey(prefix)));
  } catch (error) {
    throw asUnavailable(error, wasReady);
  }
}

function rollOf({ schema, compatibleSince, ...fields }: Readonly<Record<string, string>>): Roll {
  const accounts = Object.entries(fields).flatMap(([field, text]): [string, Json][] =>
    field.startsWith(ACCOUNT) ? [[field.slice(ACCOUNT.length), JSON.parse(text) as Json]] : [],
  );
  return {
    schema:
      schema === undefined ? null : { number: Number(schema), compatibleSince: Number(compatibleSince) },
    accounts: new Map(accounts),
  };
}
