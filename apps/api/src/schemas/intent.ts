import { z } from "zod";
import {
  countsSchema,
  intentStateSchema,
  laneSchema,
  linksSchema,
  opSchema,
  prioritySchema,
  reasonSchema,
  stateSchema,
  timeSchema,
} from "./words.ts";

export const acceptedSchema = z
  .strictObject({
    id: z.string(),
    state: intentStateSchema,
    counts: countsSchema,
    links: linksSchema,
  })
  .meta({ id: "Accepted", description: "Durable and staged" });

const summarySchema = z
  .strictObject({
    id: z.string(),
    op: opSchema,
    state: intentStateSchema,
    counts: countsSchema,
    accounts: z.array(z.strictObject({ account: z.string(), counts: countsSchema })),
    priority: prioritySchema,
    labels: z.record(z.string(), z.string()),
    createdBy: z.string().describe("The name of a token"),
    createdAt: timeSchema,
    finishedAt: timeSchema.nullable(),
    notBefore: timeSchema.nullable(),
    lives: z.int().min(1).describe("1, and one more for each retry"),
    links: linksSchema,
  })
  .meta({ id: "IntentSummary" });

export const receiptSchema = summarySchema
  .extend({
    waiting: z.array(
      z.strictObject({
        account: z.string(),
        lane: laneSchema,
        reason: reasonSchema,
        targets: z.int(),
        until: timeSchema.nullable().describe("null: until someone acts"),
      }),
    ),
    failures: z
      .array(
        z.strictObject({ target: z.string(), account: z.string(), code: z.string(), message: z.string() }),
      )
      .max(100),
  })
  .meta({ id: "Receipt" });

export const changedSchema = receiptSchema
  .extend({ changedTargets: z.int().min(0).describe("How many targets the request changed") })
  .meta({ id: "ChangedReceipt" });

export const targetPageSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        target: z.string(),
        account: z.string(),
        lane: laneSchema,
        state: stateSchema,
        batch: z.string().nullable(),
        via: z.string().nullable().describe("The wider target that does what this one asks for"),
        code: z.string().nullable(),
        message: z.string().nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: "TargetPage" });

export const intentPageSchema = z
  .strictObject({ items: z.array(summarySchema), nextCursor: z.string().nullable() })
  .meta({
    id: "IntentPage",
    description: "A page may be short or empty and still have a nextCursor: the search goes on there",
  });
