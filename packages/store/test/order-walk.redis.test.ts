import type { Lane, State, Verdict } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Bundle, bundle, type View } from "./bundle.ts";
import { endTask, leftovers, orderLimits, sealLane } from "./order-steps.ts";
import { POLL, record, type Sealed } from "./steps.ts";
import { addEnd, type Tally } from "./tally.ts";

/** How long an attempt is on record: then it counts as crashed. */
const CRASHED_MS = 31_000;

const HOST = "https://h.example.com";
const PAGES = [`${HOST}/a/0`, `${HOST}/a/1`, `${HOST}/b/2`];
const PURGES: readonly {
  readonly lane: Lane;
  readonly text: string;
  readonly options?: { readonly Soft: true };
}[] = [
  ...PAGES.map((text) => ({ lane: "purge-url" as const, text })),
  { lane: "purge-url", text: `${HOST}/a/0`, options: { Soft: true } },
  { lane: "purge-directory", text: `${HOST}/a/` },
  { lane: "purge-directory", text: `${HOST}/` },
  { lane: "purge-pattern", text: `${HOST}/x.*` },
  { lane: "purge-ignore-params", text: `${HOST}/a/1` },
];
const LANES = [
  "purge-url",
  "purge-directory",
  "purge-pattern",
  "purge-ignore-params",
  "prefetch-url",
] as const;

function overlaps(page: string, lane: Lane, text: string): boolean {
  if (lane === "purge-url") return page === text;
  return lane === "purge-directory" ? page.startsWith(text) : true;
}

const ANSWERS = {
  done: { do: "finish", rejected: [] },
  refused: { do: "end", end: "failed", code: "Bad", message: "", refund: true },
  part: { do: "finish", rejected: [{ index: 0, end: "failed", code: "Bad", message: "" }] },
  putOff: { do: "retry", inMs: 0, resend: null, hold: null },
  split: { do: "split", code: "Poison", message: "" },
} as const satisfies Readonly<Record<string, Verdict>>;
type Answer = keyof typeof ANSWERS | "accepted";

const what = <T extends string>(word: T) => fc.constant(word);
const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: what("purge"), which: fc.nat(PURGES.length - 1), urgent: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: what("prefetch"),
      pages: fc.uniqueArray(fc.nat(PAGES.length - 1), { minLength: 1 }),
      urgent: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: what("take"), lane: fc.constantFrom(...LANES) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: what("answer"),
      which: fc.nat(3),
      answer: fc.constantFrom<Answer>("done", "accepted", "accepted", "refused", "part", "putOff", "split"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: what("settle"),
      which: fc.nat(3),
      end: fc.constantFrom("confirmed", "confirmed", "failed", "unconfirmed"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: what("crash") }) },
  { weight: 2, arbitrary: fc.record({ do: what("cancel"), which: fc.nat(15) }) },
  { weight: 1, arbitrary: fc.record({ do: what("retry"), which: fc.nat(15) }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** One target of one intent; a retry begins another life. */
interface Interest {
  readonly id: string;
  readonly lane: Lane;
  readonly text: string;
  life: number;
  state: State;
  /** By life. */
  readonly ends: State[];
  /** Purges that a prefetch was staged after, each in its life of then. */
  waitsFor: readonly (readonly [Interest, number])[];
}

const ENDS: readonly State[] = ["confirmed", "failed", "unconfirmed", "cancelled"];

/** A walk through one store; what it saw says whether order was kept. */
class Walk {
  readonly #store: Bundle;
  readonly #interests: Interest[] = [];
  readonly #sending: Sealed[] = [];
  readonly #running: Sealed[] = [];
  #view: View;
  #skewMs = 0;
  #staged = 0;

  constructor(store: Bundle) {
    this.#store = store;
    this.#view = store;
  }

  async run(step: Command): Promise<void> {
    switch (step.do) {
      case "purge": {
        const { lane, text, options } = PURGES[step.which] ?? { lane: "purge-url" as const, text: HOST };
        await this.#stage(lane, [text], step.urgent, options);
        break;
      }
      case "prefetch":
        await this.#stage(
          "prefetch-url",
          step.pages.map((page) => PAGES[page] ?? ""),
          step.urgent,
        );
        break;
      case "take":
        await this.#take(step.lane);
        break;
      case "answer":
        await this.#answer(step.which, step.answer);
        break;
      case "settle":
        await this.#settle(step.which, step.end as State);
        break;
      case "crash":
        this.#sending.length = 0;
        this.#skewMs += CRASHED_MS;
        this.#view = this.#store.later(this.#skewMs);
        await this.#view.work.sweep("ali");
        break;
      case "cancel":
        await this.#view.intake.cancel(`int_${step.which}`);
        break;
      case "retry":
        await this.#retry(`int_${step.which}`);
        break;
      default:
        step satisfies never;
    }
    await this.#look();
  }

  /** Everything goes, and everything is confirmed, in a time that has a bound. */
  async drain(): Promise<void> {
    for (let i = 0; i < 100; i += 1) {
      for (const lane of LANES) await this.run({ do: "take", lane });
      while (this.#sending.length > 0) await this.run({ do: "answer", which: 0, answer: "done" });
      while (this.#running.length > 0) await this.run({ do: "settle", which: 0, end: "confirmed" });
      if (this.#interests.every(({ state }) => ENDS.includes(state))) return;
    }
    const open = this.#interests.filter(({ state }) => !ENDS.includes(state));
    expect(open.map(({ id, text, state }) => `${id} ${text} ${state}`)).toEqual([]);
  }

  /** What the receipts say of every life. */
  ends(): Tally {
    const ends: Tally = new Map();
    for (const one of this.#interests) for (const end of one.ends) addEnd(ends, one.lane, end);
    return ends;
  }

  async #stage(
    lane: Lane,
    texts: readonly string[],
    urgent: boolean,
    options?: { readonly Soft: true },
  ): Promise<void> {
    const id = `int_${this.#staged++}`;
    const op = lane === "prefetch-url" ? "prefetch" : "purge";
    await this.#view.stage(id, texts, {
      op,
      lane,
      priority: urgent ? "urgent" : "normal",
      ...(options === undefined ? {} : { options }),
    });
    for (const text of texts) {
      const interest: Interest = { id, lane, text, life: 0, state: "pending", ends: [], waitsFor: [] };
      interest.waitsFor = this.#openBefore(interest);
      this.#interests.push(interest);
    }
  }

  #openBefore({ lane, text }: Interest): Interest["waitsFor"] {
    if (lane !== "prefetch-url") return [];
    return this.#interests
      .filter(
        (one) =>
          one.lane !== "prefetch-url" && !ENDS.includes(one.state) && overlaps(text, one.lane, one.text),
      )
      .map((one) => [one, one.life] as const);
  }

  async #retry(id: string): Promise<void> {
    await this.#view.intake.retry(id);
    for (const one of this.#interests) {
      if (one.id !== id || (one.state !== "failed" && one.state !== "unconfirmed")) continue;
      one.life += 1;
      one.state = "pending";
      one.waitsFor = this.#openBefore(one);
    }
  }

  async #take(lane: Lane): Promise<void> {
    const sealed = await sealLane(this.#store, lane, this.#view);
    if (sealed === null) return;
    expect(new Set(sealed.batch.items).size, "a batch holds a key once").toBe(sealed.batch.items.length);
    this.#sending.push(sealed);
  }

  async #answer(which: number, answer: Answer): Promise<void> {
    const [sealed] = this.#sending.splice(which % Math.max(1, this.#sending.length), 1);
    if (sealed === undefined) return;
    if (answer !== "accepted") return void (await record(this.#view, sealed, ANSWERS[answer]));
    const tasks = [{ call: POLL, id: sealed.batch.id }];
    const { applied } = await record(this.#view, sealed, { do: "accept", tasks, pollInMs: 0, rejected: [] });
    if (applied) this.#running.push(sealed);
  }

  /** The first item ends so, the others are confirmed. */
  async #settle(which: number, end: State): Promise<void> {
    const [sealed] = this.#running.splice(which % Math.max(1, this.#running.length), 1);
    if (sealed === undefined) return;
    const size = sealed.batch.items.length;
    const ended = Array.from({ length: size }, (_, index) => ({
      index,
      end: index === 0 ? (end as "confirmed") : "confirmed",
      code: "Told",
      message: "",
    }));
    await endTask(this.#store, sealed, ended, 0, this.#view);
  }

  /** Reads every target's state, and judges what has changed. */
  async #look(): Promise<void> {
    const before = new Map(this.#interests.map((one) => [one, one.state]));
    for (const id of new Set(this.#interests.map((one) => one.id))) {
      const { items } = await this.#store.intake.targets(id, { state: null, cursor: null, limit: 100 });
      for (const { target, state } of items) {
        const one = this.#interests.find((each) => each.id === id && each.text === target);
        if (one === undefined) throw new Error(`${id} ${target} was never staged`);
        one.state = state;
        if (ENDS.includes(state)) one.ends[one.life] = state;
      }
    }
    for (const [one, was] of before) if (one.lane === "prefetch-url") judge(one, was);
  }
}

function judge(one: Interest, was: State): void {
  const purges = one.waitsFor.map(([purge, life]) => ({ purge, end: purge.ends[life] }));
  const where = `${one.id} ${one.text}: ${purges.map(({ purge, end }) => `${purge.id} ${purge.text} ${end}`)}`;
  const failed = purges.some(({ end }) => end === "failed" || end === "unconfirmed");
  if (one.state === "pending") expect(failed, `${where} should have failed`).toBe(false);
  if (was !== "pending" || one.state === "pending" || one.state === "cancelled") return;
  if (one.state === "failed") {
    expect(
      purges.some(({ end }) => end !== undefined && end !== "confirmed"),
      `${where} failed`,
    ).toBe(true);
    return;
  }
  // Where several wanted a purge, one of them may have been cancelled.
  expect(
    purges.every(({ end }) => end === "confirmed" || end === "cancelled"),
    `${where} was sealed`,
  ).toBe(true);
}

it("no prefetch is sealed before the purges staged before it are confirmed, and everything ends, whatever happens", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 50 }), async (commands) => {
      const store = await bundle({ limits: orderLimits({ inFlight: 64 }) });
      try {
        const walk = new Walk(store);
        for (const step of commands) await walk.run(step);
        await walk.drain();
        expect(await leftovers(store)).toEqual([]);
        expect(store.told, "ends that are counted").toEqual(walk.ends());
      } finally {
        await store.close();
      }
    }),
    { numRuns: Number(process.env.PURGELINE_WALKS ?? 60) },
  );
}, 600_000);
