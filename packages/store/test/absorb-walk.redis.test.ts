import type { Lane, Limits, State, Verdict } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { covers, isSame, KINDS, type Kind, LANES } from "./absorb-model.ts";
import { absorbedKeys, absorbLimits, leftovers } from "./absorb-steps.ts";
import { type Bundle, bundle, type View } from "./bundle.ts";
import { endTask, sealUnswept } from "./order-steps.ts";
import { DIRECTORY, rolled } from "./roll-steps.ts";
import { POLL, polled, record, rescue, type Sealed } from "./steps.ts";
import { addEnd, addEnds, type Tally } from "./tally.ts";

const VERDICTS = {
  done: { do: "finish", rejected: [] },
  refused: { do: "end", end: "failed", code: "Bad", message: "", refund: true },
  forgotten: { do: "end", end: "unconfirmed", code: "Late", message: "", refund: false },
  putOff: { do: "retry", inMs: 0, resend: null, hold: null },
  noQuota: {
    do: "retry",
    inMs: 0,
    resend: null,
    hold: { scope: "quota", spent: [{ class: "directory", remaining: null }] },
  },
} as const satisfies Readonly<Record<string, Verdict>>;
const ANSWERS = ["done", "accepted", "refused", "forgotten", "putOff", "noQuota"] as const;

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("stage"),
      kind: fc.nat(KINDS.length - 1),
      urgent: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("take"), lane: fc.constantFrom(...LANES) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("answer"),
      which: fc.nat(3),
      answer: fc.constantFrom(...ANSWERS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("settle"),
      which: fc.nat(3),
      end: fc.constantFrom("confirmed", "failed", "unconfirmed"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("sweep") }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel"), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("retry"), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("quota"), units: fc.constantFrom(0, 900) }) },
);
const steps = fc.array(step, { minLength: 10, maxLength: 50 });
const batch = fc.constantFrom(1, 1000);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** An intent for one target. */
interface Wish {
  readonly id: string;
  readonly kind: Kind;
  /** When its present life began. */
  since: number;
  state: State;
  isCancelled: boolean;
}

/** One target of a batch. */
interface Submission {
  readonly kind: Kind;
  readonly sealedAt: number;
  end: State | null;
}

/** So many URLs in one of the directories that wishes are for are purged with that; null: none are. */
function rolling(limits: Limits, atLeast: number | null): Limits {
  const url = limits.lanes["purge-url"];
  if (url === undefined || atLeast === null) return limits;
  const rollUp = { into: DIRECTORY, atLeast, directories: ["https://h.example.com/a/"] } as const;
  return { ...limits, lanes: { ...limits.lanes, "purge-url": { ...url, rollUp } } };
}

const ENDS: readonly State[] = ["confirmed", "failed", "unconfirmed", "cancelled"];
const CRASHED_MS = 31_000;

class Walk {
  /** What the receipts say of every life. */
  readonly ends: Tally = new Map();
  readonly #store: Bundle;
  readonly #wishes: Wish[] = [];
  readonly #submissions = new Map<string, readonly Submission[]>();
  readonly #sending: Sealed[] = [];
  readonly #running: Sealed[] = [];
  #view: View;
  #skewMs = 0;
  #now = 0;
  #isSpent = false;

  constructor(store: Bundle) {
    this.#store = store;
    this.#view = store;
  }

  async run(one: Step): Promise<void> {
    this.#now += 1;
    switch (one.do) {
      case "stage":
        await this.#stage(KINDS[one.kind] ?? raise(), one.urgent);
        break;
      case "take":
        await this.#take(one.lane);
        break;
      case "answer":
        await this.#answer(one.which, one.answer);
        break;
      case "settle":
        await this.#settle(one.which, one.end as "confirmed");
        break;
      case "crash":
        this.#sending.length = 0;
        this.#skewMs += CRASHED_MS;
        this.#view = this.#store.later(this.#skewMs);
        await rescue(this.#view);
        break;
      case "sweep":
        await this.#view.work.sweep("ali");
        break;
      case "cancel":
        for (const wish of this.#wishes.filter(({ id }) => id === `int_${one.which}`))
          wish.isCancelled = true;
        await this.#view.intake.cancel(`int_${one.which}`);
        break;
      case "retry":
        await this.#retry(`int_${one.which}`);
        break;
      case "quota":
        await this.#tellQuota(one.units);
        break;
      default:
        one satisfies never;
    }
    await this.#look();
  }

  /** Every wish ends, in a time that has a bound, and leaves nothing behind. */
  async drain(): Promise<void> {
    await this.run({ do: "quota", units: 900 });
    for (let i = 0; i < 60 && !this.#isQuiet(); i += 1) {
      await this.run({ do: "sweep" });
      for (const lane of LANES) await this.run({ do: "take", lane });
      while (this.#sending.length > 0) await this.run({ do: "answer", which: 0, answer: "done" });
      while (this.#running.length > 0) await this.run({ do: "settle", which: 0, end: "confirmed" });
    }
    const open = this.#wishes.filter(({ state }) => !ENDS.includes(state));
    expect(open.map(({ id, kind, state }) => `${id} ${kind.text} ${state}`)).toEqual([]);
  }

  #isQuiet(): boolean {
    return this.#wishes.every(({ state }) => ENDS.includes(state));
  }

  async #stage(kind: Kind, urgent: boolean): Promise<void> {
    const id = `int_${this.#wishes.length}`;
    this.#wishes.push({ id, kind, since: this.#now, state: "pending", isCancelled: false });
    const { lane, options } = kind;
    await this.#view.stage(id, [kind.text], { lane, options, priority: urgent ? "urgent" : "normal" });
  }

  async #take(lane: Lane): Promise<void> {
    const waiting = this.#wishes.filter(
      ({ kind, state }) => state === "pending" && kind.lane === "purge-directory",
    );
    const sealed = await sealUnswept(this.#store, lane, this.#view);
    if (sealed === null) return;
    this.#sending.push(sealed);
    const { id, items, options, attempt } = sealed.batch;
    const kinds = items.map((text) => ({ lane, text, options }));
    if (attempt > 1) return;
    this.#submissions.set(
      id,
      kinds.map((kind) => ({ kind, sealedAt: this.#now, end: null })),
    );
    // Thrift: what a directory that waits for its turn will do is not sent.
    if (lane === "purge-directory" || this.#isSpent) return;
    for (const kind of kinds)
      expect(
        waiting.filter((wide) => covers(wide.kind, kind)).map((wide) => wide.kind.text),
        kind.text,
      ).toEqual([]);
  }

  async #answer(which: number, answer: (typeof ANSWERS)[number]): Promise<void> {
    const [sealed] = this.#sending.splice(which % Math.max(1, this.#sending.length), 1);
    if (sealed === undefined) return;
    const isSpent = answer === "noQuota" && sealed.batch.lane === "purge-directory";
    this.#isSpent ||= isSpent;
    const verdict = answer === "noQuota" && !isSpent ? VERDICTS.putOff : verdictOf(answer, sealed);
    const { applied } = await record(this.#view, sealed, verdict);
    if (!applied) return;
    if (verdict.do === "accept") this.#running.push(sealed);
    if (verdict.do === "finish") this.#ended(sealed, () => "confirmed");
    if (verdict.do === "end") this.#ended(sealed, () => verdict.end);
  }

  /** The first item ends so, the others are confirmed. */
  async #settle(which: number, end: "confirmed"): Promise<void> {
    const [sealed] = this.#running.splice(which % Math.max(1, this.#running.length), 1);
    if (sealed === undefined) return;
    const endOf = (index: number): "confirmed" => (index === 0 ? end : "confirmed");
    const ended = sealed.batch.items.map((_, index) => ({
      index,
      end: endOf(index),
      code: "Told",
      message: "",
    }));
    await endTask(this.#store, sealed, ended, 0, this.#view);
    this.#ended(sealed, endOf);
  }

  #ended({ batch }: Sealed, endOf: (index: number) => State): void {
    for (const [index, each] of (this.#submissions.get(batch.id) ?? []).entries()) each.end = endOf(index);
  }

  async #retry(id: string): Promise<void> {
    for (const wish of this.#wishes) {
      if (wish.id !== id || (wish.state !== "failed" && wish.state !== "unconfirmed")) continue;
      wish.since = this.#now;
      wish.state = "pending";
    }
    await this.#view.intake.retry(id);
  }

  async #tellQuota(units: number): Promise<void> {
    const figures = [{ class: "directory", limit: null, remaining: units, batch: null }];
    await this.#view.work.settleQuota("ali", { figures, hold: null, seen: polled, isLast: true });
    this.#isSpent = units === 0;
  }

  async #look(): Promise<void> {
    for (const wish of this.#wishes) {
      const [view] = (await this.#store.intake.targets(wish.id, { state: null, cursor: null, limit: 1 }))
        .items;
      if (view === undefined) throw new Error(`${wish.id} is gone`);
      if (view.state !== wish.state && ENDS.includes(view.state)) this.#judge(wish, view.state);
      expect(view.via === null || ["absorbed", "confirmed"].includes(view.state)).toBe(true);
      wish.state = view.state;
    }
    const { held, counted } = await absorbedKeys(this.#store);
    expect(counted, `keys that are absorbed after step ${this.#now}`).toBe(held);
  }

  /** Confirmed: by a submission of its own or a wider one that was sealed after it was staged. Else: by its own end. */
  #judge(wish: Wish, end: State): void {
    addEnd(this.ends, wish.kind.lane, end);
    const where = `${wish.id} ${wish.kind.text} of step ${wish.since} is ${end} in step ${this.#now}`;
    if (end === "cancelled") {
      expect(wish.isCancelled, where).toBe(true);
      return;
    }
    const reasons = [...this.#submissions.values()].flat().filter((each) => {
      const isMeant = end === "confirmed" && covers(each.kind, wish.kind);
      return each.end === end && each.sealedAt > wish.since && (isMeant || isSame(each.kind, wish.kind));
    });
    expect(reasons, where).not.toEqual([]);
  }
}

function verdictOf(answer: (typeof ANSWERS)[number], { batch }: Sealed): Verdict {
  if (answer !== "accepted") return VERDICTS[answer];
  return { do: "accept", tasks: [{ call: POLL, id: batch.id }], pollInMs: 0, rejected: [] };
}

function raise(): never {
  throw new Error("no such kind");
}

it("whatever happens, a purge ends by a submission sealed after it, of itself or of what covers it, and nothing is forgotten", async () => {
  await fc.assert(
    // In batches of one, wider work goes while what it covers waits for its turn and absorbs in its turn.
    fc.asyncProperty(steps, batch, fc.option(fc.constantFrom(1, 2, 3)), async (given, size, atLeast) => {
      const limits = rolling(absorbLimits({ inFlight: 64, batch: size }), atLeast);
      const store = await bundle({ limits: { ...limits, quotas: { ...limits.quotas, directory: 1000 } } });
      try {
        const walk = new Walk(store);
        for (const one of given) await walk.run(one);
        await walk.drain();
        expect(await leftovers(store)).toEqual([]);
        for (const { counts } of await rolled(store)) addEnds(walk.ends, DIRECTORY, counts);
        expect(store.told, "ends that are counted").toEqual(walk.ends);
      } finally {
        await store.close();
      }
    }),
    { numRuns: Number(process.env.PURGELINE_WALKS ?? 40) },
  );
}, 600_000);
