import type { QuotaClass } from "@purgeline/core";
import { z } from "zod";
import { unknownKey } from "../did-you-mean.ts";
import { integer, parsed } from "./fields.ts";

/** The classes that a provider may count per day; each may be followed by `@area`. */
const CLASSES = ["url", "directory", "prefetch", "pattern", "ignoreParams"];
const KEYS = [...CLASSES, "resetTimeZone", "reserveForUrgent", "askEveryMs", "shares"];

const units = integer(0);
/** With a share of nothing a producer's work would wait for ever. */
const share = integer(1);
const shares = z.record(
  z.string(),
  z.record(z.string().refine(isClass), share, {
    error: ({ code, input }) =>
      code === "invalid_key" ? unknownKey(String(input), CLASSES) : "expected a mapping (class: units)",
  }),
  { error: "expected a mapping (token: { class: units })" },
);
type Shares = z.output<typeof shares>;

const UNKNOWN_KEY = { params: { code: "unknown-key" } } as const;

/** A question is a call of its own with a rate limit; its answer changes with every submit, and with nothing else soon. */
const ASK_EVERY_MS = 300_000;
const askEvery = integer(100);

const timeZone = parsed(
  (given) => (isTimeZone(given) ? given : null),
  "expected a time zone's IANA name, such as Asia/Shanghai or UTC",
);

function isTimeZone(given: string): boolean {
  // Intl takes offsets (`+08:00`) too; they are no names, and other tools refuse them.
  if (!/^[A-Za-z]/.test(given)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: given }) !== null;
  } catch {
    return false;
  }
}

interface Quota {
  readonly classes: Readonly<Record<QuotaClass, number>>;
  readonly resetTimeZone: string | null;
  readonly reserveForUrgent: number;
  readonly askEveryMs: number;
  /** By token and class; null: none. */
  readonly shares: Shares | null;
}

/** Classes and settings stand side by side in the file; the areas are the providers' own words, so the keys are open. */
export const quota = z
  .record(z.string(), z.unknown(), { error: "expected a mapping (key: value)" })
  .transform((given, context): Quota => {
    const classes: Record<QuotaClass, number> = {};
    let resetTimeZone: string | null = null;
    let reserveForUrgent = 0;
    let askEveryMs = ASK_EVERY_MS;
    let ofTokens: Shares | null = null;
    const read = <T>(key: string, schema: z.ZodType<T>): T | null => {
      const result = schema.safeParse(given[key]);
      if (result.success) return result.data;
      for (const { code, message, path } of result.error.issues) {
        const params = code === "invalid_key" ? UNKNOWN_KEY : {};
        context.addIssue({ code: "custom", path: [key, ...path], message, ...params });
      }
      return null;
    };
    for (const [key, value] of Object.entries(given)) {
      if (value === null) continue;
      if (key === "resetTimeZone") resetTimeZone = read(key, timeZone);
      else if (key === "reserveForUrgent") reserveForUrgent = read(key, units) ?? 0;
      else if (key === "askEveryMs") askEveryMs = read(key, askEvery) ?? ASK_EVERY_MS;
      else if (key === "shares") ofTokens = read(key, shares);
      else if (isClass(key)) classes[key] = read(key, units) ?? 0;
      else
        context.addIssue({
          code: "custom",
          path: [key],
          message: unknownKey(key, KEYS),
          ...UNKNOWN_KEY,
        });
    }
    return { classes, resetTimeZone, reserveForUrgent, askEveryMs, shares: ofTokens };
  });

function isClass(key: string): boolean {
  const [name = "", ...areas] = key.split("@");
  return CLASSES.includes(name) && areas.length <= 1 && areas.every((area) => /^[a-z][a-z0-9-]*$/.test(area));
}
