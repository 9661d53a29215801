import { z } from "zod";
import { account } from "./account.ts";
import { section } from "./fields.ts";
import { board, health, history, http, intake, log, redis, token, worker } from "./sections.ts";

/** The shape of `purgeline.yaml`: what is written where, its kind, its default. */
export const file = section({
  redis: redis.optional(),
  http: http.prefault({}),
  worker: worker.prefault({}),
  board: board.prefault({}),
  tokens: z.array(token, { error: "expected a list" }).optional(),
  accounts: z.array(account, { error: "expected a list" }).default([]),
  intake: intake.prefault({}),
  history: history.prefault({}),
  health: health.prefault({}),
  log: log.prefault({}),
});

/** Right in every part, perhaps not as a whole: required keys may be missing, keys may contradict one another. */
export type Draft = z.output<typeof file>;
export type TokenDraft = z.output<typeof token>;
export type AccountDraft = z.output<typeof account>;
export type CredentialsDraft = NonNullable<AccountDraft["credentials"]>;
export type RedisDraft = NonNullable<Draft["redis"]>;
