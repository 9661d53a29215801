import { INTENT_STATES, LANES, STATES } from "@purgeline/core";
import { z } from "zod";

/** Shapes that several answers share. They document; what is sent is built by the engine. */

export const opSchema = z.enum(["purge", "prefetch"]);
export const prioritySchema = z.enum(["normal", "urgent"]);
export const laneSchema = z.enum(LANES);
export const stateSchema = z.enum(STATES as [string, ...string[]]);
export const intentStateSchema = z.enum(INTENT_STATES as [string, ...string[]]);
export const reasonSchema = z.enum([
  "quiet",
  "rate",
  "quota",
  "order",
  "notBefore",
  "paused",
  "stopped",
  "provider",
  "orphaned",
]);
export const timeSchema = z.iso.datetime({ precision: 3 }).describe("RFC 3339, UTC, milliseconds");

const count = z.int().min(0);

export const countsSchema = z
  .strictObject({
    total: count.describe("Distinct target × account pairs; the states add up to it"),
    duplicates: count.describe("Given targets that repeated an earlier one"),
    pending: count,
    sealed: count,
    submitted: count,
    absorbed: count,
    confirmed: count,
    failed: count,
    unconfirmed: count,
    cancelled: count,
  })
  .meta({ id: "Counts" });

export const linksSchema = z.strictObject({
  self: z.string(),
  targets: z.string(),
  // biome-ignore lint/suspicious/noThenProperty: the contract's name
  then: z.string().optional().describe("The prefetch that follows this purge"),
});
