import { z } from "zod";
import { didYouMean } from "../did-you-mean.ts";
import { parseDuration } from "../duration.ts";

/**
 * The kinds of values that the file holds. Every message is the whole expectation,
 * since it is printed beside the value. What the environment gives is always text:
 * hence numbers and booleans may be written as text.
 */

/** A mapping with these keys and no others; a known key with nothing behind it counts as absent. */
export function section<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape);
  const mapping = z.strictObject(shape, {
    // For unknown keys the message is the list of the known ones: check-shape.ts turns it into sentences.
    error: (issue) =>
      issue.code === "unrecognized_keys" ? known.join(" ") : "expected a mapping (key: value)",
  });
  return z.preprocess((value) => withoutEmpty(value, known), mapping);
}

function withoutEmpty(value: unknown, known: readonly string[]): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key, inner]) => inner !== null || !known.includes(key)),
  );
}

export function list<T extends z.ZodType>(item: T) {
  return z.array(item, { error: "expected a list" }).min(1, { error: "expected at least one entry" });
}

/** Text that `parse` understands: it gives null for what it does not. */
export function parsed<T>(parse: (text: string) => T | null, expected: string) {
  return z.string({ error: expected }).transform((text, context): T => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });
}

export const text = parsed(
  (given) => (given.trim() === "" ? null : given),
  "expected text (a number must stand in quotes)",
);

export function matching(pattern: RegExp, expected: string) {
  return parsed((given) => (pattern.test(given) ? given : null), expected);
}

/** What goes into an HTTP header: a space or a line break at the end of a secret is a copying accident. */
export const secret = matching(
  /^[\x21-\x7e]+$/,
  "expected text of printable ASCII characters without spaces or line breaks (a number must stand in quotes)",
);

export const name = matching(
  /^[a-z][a-z0-9-]{0,30}$/,
  "expected a name of 1 to 31 lower-case letters, digits and hyphens that starts with a letter",
);

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const expected =
    max === Number.MAX_SAFE_INTEGER
      ? `expected a whole number, at least ${min}`
      : `expected a whole number from ${min} to ${max}`;
  const range = z
    .number({ error: expected })
    .refine((value) => Number.isSafeInteger(value) && value >= min && value <= max, { error: expected });
  return z.preprocess((given) => (isNumeral(given) ? Number(given) : given), range);
}

function isNumeral(given: unknown): boolean {
  return typeof given === "string" && /^\d{1,16}$/.test(given);
}

export const port = integer(0, 65_535);

export const yesOrNo = z.preprocess(
  (given) => (given === "true" ? true : given === "false" ? false : given),
  z.boolean({ error: "expected true or false" }),
);

const DURATION = "expected a duration above zero with its unit, such as 200ms, 90s, 15m, 24h or 7d";

/** Milliseconds. */
export const duration = parsed((given) => parseDuration(given) || null, DURATION);

export function oneOf<const W extends string>(words: readonly W[]) {
  const expected = `expected one of: ${words.join(", ")}`;
  return z.string({ error: expected }).transform((given, context): W => {
    const word = words.find((each) => each === given);
    if (word !== undefined) return word;
    context.addIssue({ code: "custom", message: `${expected}${didYouMean(given, words)}` });
    return z.NEVER;
  });
}
