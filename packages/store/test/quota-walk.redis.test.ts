import { dayStarts, type Hold, type Limits, type Verdict } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Bundle, bundle, limitsWith, type View } from "./bundle.ts";
import { type SlotBox, slotBox } from "./slot-box.ts";
import { counts, record, type Sealed, seen } from "./steps.ts";

const QUOTAS = { url: 12, "url@overseas": 6, directory: 100 };
const LIMITS: Limits = {
  ...limitsWith({
    batch: 5,
    quotaByOption: {
      option: "Area",
      classes: { overseas: ["url@overseas"], global: ["url", "url@overseas"] },
    },
  }),
  quotas: QUOTAS,
  reserveForUrgent: 2,
};

const HOUR = 3_600_000;
const [, today = 0] = dayStarts("Asia/Shanghai", Date.now(), 1, 2);

const area = fc.constantFrom("home", "overseas", "global");
const quotaClass = fc.constantFrom("url", "url@overseas");
const left = fc.option(fc.nat(12));

const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("stage" as const),
      area,
      urgent: fc.boolean(),
      keys: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("take" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      answer: fc.constantFrom("done", "refused", "putOff", "unknown", "split", "spent"),
      quotaClass,
      left,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("tell" as const), quotaClass, left }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("day" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), which: fc.nat(20) }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
type Answer = Extract<Command, { readonly do: "answer" }>;

function verdictOf({ answer, quotaClass: name, left: remaining }: Omit<Answer, "do">): Verdict {
  const hold: Hold = { scope: "quota", spent: [{ class: name, remaining }] };
  switch (answer) {
    case "refused":
      return { do: "end", end: "failed", code: "Bad", message: "", refund: true };
    case "putOff":
      return { do: "retry", inMs: 0, resend: null, hold: null };
    case "unknown":
      return { do: "retry", inMs: 0, resend: "ambiguous", hold: null };
    case "split":
      return { do: "split", code: "Poison", message: "" };
    case "spent":
      return { do: "retry", inMs: 0, resend: null, hold };
    default:
      return { do: "finish", rejected: [] };
  }
}

/** A walk through one store, from a morning on: no reset is near. */
class Walk {
  readonly #store: Bundle;
  readonly #box: SlotBox;
  readonly #sending: Sealed[] = [];
  #skewMs = today - Date.now() + HOUR;
  #view: View;
  #staged = 0;

  constructor(store: Bundle) {
    this.#store = store;
    this.#box = slotBox(store);
    this.#view = store.later(this.#skewMs);
  }

  async run(step: Command): Promise<void> {
    if (step.do === "stage") await this.#stage(step);
    else if (step.do === "take") await this.#take();
    else if (step.do === "answer") await this.#answer(step);
    else if (step.do === "tell") await this.#tell(step.quotaClass, step.left);
    else if (step.do === "day") this.#pass(24 * HOUR);
    else if (step.do === "crash") await this.#crash();
    else await this.#store.intake.cancel(`int_${step.which}`);
    await this.#isWithinQuota();
  }

  /** Everything goes within days: none is forgotten where it was parked. */
  async drain(): Promise<void> {
    for (let i = 0; i < 300; i += 1) {
      const taken = await this.#take();
      if (taken === "end" && this.#sending.length === 0) break;
      await this.#answer({ answer: "done", quotaClass: "url", left: null });
      await this.#isWithinQuota();
      if (taken === "wait") this.#pass(24 * HOUR);
    }
    for (let i = 0; i < this.#staged; i += 1)
      expect(await counts(this.#store, `int_${i}`)).toMatchObject({ pending: 0, sealed: 0 });
    const [account] = await this.#view.intake.accounts();
    expect(account?.quotas.map(({ reserved }) => reserved)).toEqual([0, 0, 0]);
  }

  async #isWithinQuota(): Promise<void> {
    const [account] = await this.#view.intake.accounts();
    for (const { class: name, limit, used, reserved } of account?.quotas ?? []) {
      expect(reserved, name).toBeGreaterThanOrEqual(0);
      expect(used + reserved, name).toBeLessThanOrEqual(limit);
    }
  }

  #pass(ms: number): void {
    this.#skewMs += ms;
    this.#view = this.#store.later(this.#skewMs);
  }

  async #stage({ area: where, urgent, keys }: Extract<Command, { readonly do: "stage" }>): Promise<void> {
    const id = `int_${this.#staged}`;
    const urls = Array.from({ length: keys }, (_, i) => `https://h${i % 2}.example.com/${id}/${i}`);
    const options = where === "home" ? {} : { Area: where };
    await this.#box.stage(id, urls, { options, priority: urgent ? "urgent" : "normal" });
    this.#staged += 1;
  }

  async #take(): Promise<string> {
    const taken = await this.#box.take(this.#view);
    if (taken.kind === "batch") this.#sending.push(taken.sealed);
    return taken.kind;
  }

  async #answer(answer: Omit<Answer, "do">): Promise<void> {
    const sealed = this.#sending.shift();
    if (sealed !== undefined) await this.#box.answer(record(this.#view, sealed, verdictOf(answer)));
  }

  async #tell(name: string, remaining: number | null): Promise<void> {
    const figures = [{ class: name, limit: null, remaining, batch: remaining }];
    const answer = { figures, hold: null, seen: { ...seen, call: "Ask" }, isLast: true };
    await this.#box.answer(
      this.#view.work.settleQuota("ali", answer).then((slots) => ({
        applied: true,
        slots,
        transitions: { targets: {}, elsewhere: {}, legs: [] },
      })),
    );
  }

  async #crash(): Promise<void> {
    this.#sending.length = 0;
    this.#pass(31_000);
    await this.#box.rescue(this.#view);
  }
}

it("no class is spent beyond its day and nothing is forgotten, whatever happens in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 40 }), async (steps) => {
      const store = await bundle({ limits: LIMITS });
      try {
        const walk = new Walk(store);
        for (const step of steps) await walk.run(step);
        await walk.drain();
      } finally {
        await store.close();
      }
    }),
    { numRuns: 25 },
  );
});
