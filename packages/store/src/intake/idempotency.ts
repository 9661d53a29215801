import type { IdempotencyClaim, IdempotencyStore, Json } from "@purgeline/core";
import { type Context, script } from "../context.ts";
import { kinded, runScript, text } from "../script.ts";
import { asUnavailable } from "../unavailable.ts";

/** A request that has said nothing for so long is dead: longer than any staging may take (30 chunks, 5 s each, never all slow). */
const RUNNING_MS = 30_000;

export function idempotencyStore(context: Context): IdempotencyStore {
  // Token names hold no colon, so no two pairs share a record.
  const keyOf = (token: string, key: string): string => `${context.prefix}:{idempotency:${token}:${key}}`;
  return {
    async claim(token, key, bodyDigest, intentId) {
      const reply = await runScript(context.connection, script("claim_key"), keyOf(token, key), [
        bodyDigest,
        intentId,
        RUNNING_MS,
        context.idempotencyKeysMs,
      ]);
      return claimOf(reply);
    },
    async finish(token, key, bodyDigest, response) {
      const fields = { digest: bodyDigest, response: JSON.stringify(response) };
      await guarded(context, () => context.connection.hset(keyOf(token, key), fields));
    },
    async release(token, key) {
      await guarded(context, () => context.connection.del(keyOf(token, key)));
    },
  };
}

function claimOf(reply: unknown): IdempotencyClaim {
  const { kind, rest } = kinded(reply, "claim_key");
  switch (kind) {
    case "mine":
      return { kind, intentId: text(rest[0], "claim_key") };
    case "replay":
      return { kind, response: JSON.parse(text(rest[0], "claim_key")) as Json };
    case "mismatch":
    case "running":
      return { kind };
    default:
      throw new Error(`store: claim_key answered ${JSON.stringify(kind)}`);
  }
}

async function guarded(context: Context, command: () => Promise<unknown>): Promise<void> {
  const wasReady = context.connection.status === "ready";
  try {
    await command();
  } catch (error) {
    throw asUnavailable(error, wasReady);
  }
}
