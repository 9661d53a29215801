import { z } from "zod";
import { opSchema, prioritySchema } from "./words.ts";

const targets = (what: string) => z.array(z.string().min(1)).min(1).max(10_000).optional().describe(what);

/**
 * The body of an intent, for readers and generators. Admission itself is in the engine:
 * it also knows accounts, hosts and providers, and names every fault at once.
 */
export const intentBodySchema = z
  .strictObject({
    op: opSchema,
    urls: targets("http or https URLs without credentials and fragment"),
    directories: targets("URLs that end in /; purge only"),
    patterns: targets("URLs whose path is the provider's regular expression; purge only"),
    ignoreParams: targets("URLs that are purged with every query; purge only"),
    media: targets("Media or asset ids; account or accounts is required"),
    account: z.string().optional().describe("Send everything to this account alone"),
    accounts: z.array(z.string()).min(1).optional().describe("Send everything to these accounts alone"),
    // biome-ignore lint/suspicious/noThenProperty: the contract's name
    then: z
      .enum(["prefetch"])
      .optional()
      .describe(
        "Purge of urls only: another intent, links.then, prefetches each once its purge is confirmed",
      ),
    priority: prioritySchema.optional(),
    options: z
      .looseObject({
        strength: z.enum(["hard", "soft"]).optional().describe("soft: the copy is revalidated; default hard"),
        area: z.string().min(1).optional(),
      })
      .optional()
      .describe("Neutral options, and each provider's own under its name"),
    notBefore: z.iso
      .datetime({ offset: true })
      .optional()
      .describe("Nothing is sent before; a past time is now"),
    labels: z
      .record(z.string().regex(/^[a-z0-9_.-]{1,63}$/), z.string().max(255))
      .optional()
      .describe("At most 16, for the list's filter"),
  })
  .meta({
    id: "Intent",
    description: "One operation over 1 to 10,000 targets of all kinds together",
    examples: [{ op: "purge", urls: ["https://www.example.com/a.css"] }],
  });
