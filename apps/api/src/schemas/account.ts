import { z } from "zod";
import { laneSchema, reasonSchema, timeSchema } from "./words.ts";

const ageSchema = z.number().nullable();

const laneStateSchema = z.strictObject({
  lane: laneSchema,
  pending: z.int().describe("Distinct keys that wait to be sent"),
  oldestUnconfirmedAgeMs: z.strictObject({ normal: ageSchema, urgent: ageSchema }),
  inFlight: z.int().describe("Batches being sent"),
  running: z.int().describe("Batches accepted by the provider and not finished"),
  waiting: z.strictObject({ reason: reasonSchema, until: timeSchema.nullable() }).nullable(),
  batch: z.int().describe("Targets in one call: as configured, or as the provider tells, whichever is less"),
  toldBatch: z.int().nullable().describe("What the provider tells of that; null: nothing"),
});

const callSchema = z.strictObject({
  call: z.string(),
  perSecond: z.number().nullable(),
  perMinute: z.number().nullable(),
  perSecondInForce: z
    .number()
    .nullable()
    .describe("Less than perSecond for a while after the provider throttled"),
  perMinuteInForce: z.number().nullable().describe("The same of perMinute"),
  usedLastSecond: z.number(),
  usedLastMinute: z.number(),
});

const quotaSchema = z.strictObject({
  quota: z.string(),
  limit: z.number().describe("Units of a day: as configured, or as the provider tells, whichever is less"),
  used: z.number().describe("What Purgeline has spent"),
  reserved: z.number(),
  usedElsewhere: z.number().describe("What others have spent of the same day, by the provider's figures"),
  remaining: z.number(),
  shares: z
    .array(z.strictObject({ token: z.string(), limit: z.number(), used: z.number() }))
    .describe("What tokens may spend of it, where the configuration says so"),
  told: z
    .strictObject({ limit: z.number().nullable(), remaining: z.number().nullable(), at: timeSchema })
    .nullable()
    .describe("The provider's own figures, and when it told them; null: none"),
  resetsAt: timeSchema,
  exhaustedAt: timeSchema
    .nullable()
    .describe("When it is spent if the day goes on like this; null: not before the reset"),
});

export const accountSchema = z
  .strictObject({
    account: z.string(),
    provider: z.string(),
    orphaned: z
      .boolean()
      .describe(
        "It has unfinished work, and the configuration does not name it: the work waits for its return",
      ),
    paused: z.boolean(),
    stopped: z.strictObject({ reason: z.string(), since: timeSchema, probeAt: timeSchema }).nullable(),
    lanes: z.array(laneStateSchema),
    calls: z.array(callSchema),
    quotas: z.array(quotaSchema),
    pollLagMs: z.number(),
    lastError: z
      .strictObject({ call: z.string(), code: z.string(), message: z.string(), at: timeSchema })
      .nullable(),
  })
  .meta({ id: "Account" });

export const accountListSchema = z
  .strictObject({ items: z.array(accountSchema) })
  .meta({ id: "AccountList" });
