import { z } from "zod";
import { laneSchema, opSchema, prioritySchema, timeSchema } from "./words.ts";

const count = z.int().min(0);

const laneCostSchema = z.strictObject({
  lane: laneSchema,
  call: z.string(),
  keys: count.describe("Distinct targets"),
  absorbed: count.describe("Of these, what a wider target of the same intent does as well"),
  calls: count,
  ahead: count.describe("Distinct targets that wait in the lane already, not for another day"),
});

const quotaCostSchema = z.strictObject({
  quota: z.string(),
  units: z.number().describe("All that it spends of the class, on whatever day"),
  before: z.number().describe("What is left of today"),
  after: z.number().describe("What of that would be left"),
  later: z.number().describe("Of the units, those that wait for another day"),
  resetsAt: timeSchema,
});

const legCostSchema = z.strictObject({
  account: z.string(),
  targets: count.describe("As given for this account, repeated ones included"),
  duplicates: count.describe("Given targets that repeat an earlier one"),
  keys: count.describe("Distinct targets"),
  absorbed: count,
  calls: count,
  lanes: z.array(laneCostSchema),
  quotas: z.array(quotaCostSchema).describe("The classes that it spends"),
  eta: timeSchema
    .nullable()
    .describe("When its last call goes out if nothing else comes; null: not by itself, or not within a year"),
  paused: z.boolean(),
  stopped: z.boolean(),
});

export const planSchema = z
  .strictObject({
    op: opSchema,
    priority: prioritySchema,
    accounts: z.array(legCostSchema),
    // biome-ignore lint/suspicious/noThenProperty: the contract's name
    then: z
      .strictObject({ op: opSchema, accounts: z.array(legCostSchema) })
      .optional()
      .describe("The prefetch after it, with as few calls as it can take: it follows the purges as they end"),
  })
  .meta({ id: "Plan", description: "What an intent would cost, were it submitted now" });
