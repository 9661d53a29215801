import type { CallOptions, LookupSpec, Verdict } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Bundle, bundle, CALL, limitsWith, type View } from "./bundle.ts";
import { type SlotBox, slotBox } from "./slot-box.ts";
import { accept, counts, record, type Sealed } from "./steps.ts";

const RESEND_AFTER_MS = 2000;

const ANSWERS = {
  done: { do: "finish", rejected: [] },
  refused: { do: "end", end: "failed", code: "Bad", message: "", refund: true },
  putOff: { do: "retry", inMs: 500, resend: null, hold: null },
  unknown: { do: "retry", inMs: 3000, resend: "ambiguous", hold: null },
  split: { do: "split", code: "Poison", message: "" },
} as const satisfies Readonly<Record<string, Verdict>>;
type Answer = keyof typeof ANSWERS | "accepted";

const command = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("stage" as const),
      keys: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 4 }),
      urgent: fc.boolean(),
      soft: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("take" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      answer: fc.constantFrom<Answer>("done", "accepted", "refused", "putOff", "unknown", "split"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 3000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), which: fc.nat(20) }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** A walk through one store, and what it saw of each key. */
class Walk {
  readonly #store: Bundle;
  readonly #box: SlotBox;
  /** Options of every other staging. */
  readonly #softly: CallOptions;
  readonly #sending: Sealed[] = [];
  readonly #underWay = new Map<string, string>();
  readonly #answeredAt = new Map<string, number>();
  /** When, and by which intent, each key was wanted last. */
  readonly #wanted = new Map<string, { readonly at: number; readonly intent: string }>();
  readonly #sealedAt = new Map<string, number>();
  #skewMs = 0;
  #view: View;
  staged = 0;

  constructor(store: Bundle, softly: CallOptions) {
    this.#store = store;
    this.#softly = softly;
    this.#box = slotBox(store);
    this.#view = store;
  }

  async run(step: Command): Promise<void> {
    if (step.do === "stage") return await this.#stage(step);
    if (step.do === "take") return void (await this.#take());
    if (step.do === "answer") return await this.#answer(step.answer);
    if (step.do === "pass") return this.#pass(step.ms);
    if (step.do === "crash") return await this.#crash();
    await this.#cancel(`int_${step.which}`);
  }

  /** Everything goes, and everyone's answer comes, in a time that has a bound. */
  async drain(): Promise<void> {
    for (let i = 0; i < 200; i += 1) {
      const taken = await this.#take();
      if (taken === "end" && this.#sending.length === 0) break;
      await this.#answer("done");
      if (taken === "wait") this.#pass(500);
    }
    for (let i = 0; i < this.staged; i += 1)
      expect(await counts(this.#store, `int_${i}`)).toMatchObject({ pending: 0, sealed: 0 });
    for (const [key, { at }] of this.#wanted)
      expect(this.#sealedAt.get(key) ?? at).toBeGreaterThanOrEqual(at);
  }

  async sweep(): Promise<void> {
    this.#pass(RESEND_AFTER_MS + 500);
    await this.#view.work.sweep("ali");
  }

  #pass(ms: number): void {
    this.#skewMs += ms;
    this.#view = this.#store.later(this.#skewMs);
  }

  #now(): number {
    return this.#store.nowMs + this.#skewMs;
  }

  async #stage({ keys, urgent, soft }: Extract<Command, { readonly do: "stage" }>): Promise<void> {
    const texts = keys.map((key) => `https://h${key % 2}.example.com/${key}`);
    const intent = `int_${this.staged}`;
    for (const text of texts) this.#wanted.set(text, { at: this.#now(), intent });
    const options = soft ? this.#softly : {};
    await this.#box.stage(intent, texts, { priority: urgent ? "urgent" : "normal", options });
    this.staged += 1;
  }

  async #cancel(intent: string): Promise<void> {
    await this.#store.intake.cancel(intent);
    for (const [key, wanted] of this.#wanted) if (wanted.intent === intent) this.#wanted.delete(key);
  }

  async #take(): Promise<string> {
    // Nobody asks the list here: a batch whose question was lost is sent again.
    await this.#store.connection.del("t:{ali}:tasks");
    const taken = await this.#box.take(this.#view);
    if (taken.kind !== "batch") return taken.kind;
    const { batch } = taken.sealed;
    for (const item of batch.items) {
      const holder = this.#underWay.get(item);
      // A part of a split batch goes under a name of its own.
      if (batch.attempt === 1) expect(holder, `${item} is under way`).toBeUndefined();
      const answeredAt = this.#answeredAt.get(item) ?? 0;
      expect(batch.grantedAtMs - answeredAt, item).toBeGreaterThanOrEqual(RESEND_AFTER_MS);
      this.#underWay.set(item, batch.id);
      this.#sealedAt.set(item, batch.sealedAtMs);
    }
    this.#sending.push(taken.sealed);
    return "batch";
  }

  async #answer(answer: Answer): Promise<void> {
    const sealed = this.#sending.shift();
    if (sealed === undefined) return;
    const at = this.#now();
    const done =
      answer === "accepted" ? accept(this.#view, sealed) : record(this.#view, sealed, ANSWERS[answer]);
    if (!(await this.#box.answer(done)).applied) return;
    if (answer === "putOff" || answer === "unknown" || answer === "split") return;
    for (const item of sealed.batch.items) {
      this.#underWay.delete(item);
      this.#answeredAt.set(item, at);
    }
  }

  /** Every worker dies with its calls; others find that when the attempts' deadlines have passed. */
  async #crash(): Promise<void> {
    this.#sending.length = 0;
    this.#pass(31_000);
    await this.#box.rescue(this.#view);
  }
}

const withoutIds: LookupSpec & { readonly afterMs: number } = {
  call: "List",
  withoutIds: true,
  afterMs: 500,
};

it.each([
  ["", {}, {}, 60],
  [", and whatever its options where the list names no ids", { lookup: withoutIds }, { Type: "soft" }, 30],
])(
  "no key is sent twice at once or too soon, and none waits for ever, whatever happens in whatever order%s",
  async (_, change, softly, numRuns) => {
    const limits = limitsWith({ resendAfterMs: RESEND_AFTER_MS, inFlight: 64, ...change });
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
        const store = await bundle({ limits: { ...limits, calls: { ...limits.calls, List: CALL } } });
        try {
          const walk = new Walk(store, softly);
          for (const step of commands) await walk.run(step);
          await walk.drain();
          await walk.sweep();
          const left = await store.connection.exists(
            ...["out", "resting", "behind", "keys"].map((name) => `t:{ali}:lane:purge-url:${name}`),
          );
          expect(left).toBe(0);
        } finally {
          await store.close();
        }
      }),
      { numRuns },
    );
  },
);
