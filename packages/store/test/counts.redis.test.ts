import { type EndState, isEnd, STATES, type State, totalOf, type Verdict } from "@purgeline/core";
import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { POLL, record, rescued, type Sealed, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

/** The store as a page of plain code: what waits by key, what was sent, how each target stands. */
class Model {
  readonly states = new Map<string, State>();
  /** Interests in each key that waits. */
  readonly waiting = new Map<string, Set<string>>();
  readonly batches = new Map<string, readonly (readonly string[])[]>();

  stage(intent: string, keys: readonly string[]): void {
    for (const key of keys) this.#wait(`${intent} ${key}`, key);
  }

  seal(batch: string, keys: readonly string[]): void {
    this.batches.set(
      batch,
      keys.map((key) => {
        const interests = [...(this.waiting.get(key) ?? [])];
        if (interests.length === 0) throw new Error(`${key} was sent, and nobody waits for it`);
        this.waiting.delete(key);
        for (const each of interests) this.states.set(each, "sealed");
        return interests;
      }),
    );
  }

  move(batch: string, index: number, to: State): void {
    for (const each of this.batches.get(batch)?.[index] ?? []) {
      const now = this.states.get(each);
      if (now !== undefined && !isEnd(now)) this.states.set(each, to);
    }
  }

  cancel(intent: string): void {
    for (const [key, interests] of this.waiting) {
      if (!interests.delete(`${intent} ${key}`)) continue;
      this.states.set(`${intent} ${key}`, "cancelled");
      if (interests.size === 0) this.waiting.delete(key);
    }
  }

  retry(intent: string): void {
    for (const [target, state] of [...this.states]) {
      const [owner, key = ""] = target.split(" ");
      if (owner === intent && (state === "failed" || state === "unconfirmed")) this.#wait(target, key);
    }
  }

  counts(intent: string): Readonly<Record<State, number>> {
    const found = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
    for (const [target, state] of this.states) if (target.startsWith(`${intent} `)) found[state] += 1;
    return found;
  }

  #wait(target: string, key: string): void {
    this.states.set(target, "pending");
    this.waiting.set(key, (this.waiting.get(key) ?? new Set()).add(target));
  }
}

const KEYS = urls(12);
const ends = fc.constantFrom<EndState>("confirmed", "failed", "unconfirmed");
const command = fc.oneof(
  fc.record({
    do: fc.constant("stage"),
    keys: fc.subarray([...KEYS], { minLength: 1 }),
    urgent: fc.boolean(),
  }),
  fc.record({ do: fc.constant("take") }),
  fc.record({ do: fc.constant("end"), end: ends, rejected: fc.subarray([0, 1, 2, 3]), which: fc.nat(3) }),
  fc.record({ do: fc.constant("accept"), rejected: fc.subarray([0, 1, 2, 3]), which: fc.nat(3) }),
  fc.record({ do: fc.constant("again"), split: fc.boolean(), which: fc.nat(3) }),
  fc.record({ do: fc.constant("settle"), end: ends, of: fc.subarray([0, 1, 2, 3]), last: fc.boolean() }),
  fc.record({ do: fc.constant("cancel"), which: fc.nat(9) }),
  fc.record({ do: fc.constant("retry"), which: fc.nat(9) }),
);
type Command = typeof command extends fc.Arbitrary<infer Each> ? Each : never;

/** The same commands against both; a batch that is tried again must be what it was. */
class Both {
  readonly model = new Model();
  readonly intents: string[] = [];
  readonly sending: Sealed[] = [];
  readonly #seen = new Map<string, readonly string[]>();

  async carryOut(each: Command): Promise<void> {
    switch (each.do) {
      case "stage":
        return await this.#stage("keys" in each ? each.keys : [], "urgent" in each && each.urgent);
      case "take":
        return await this.#take();
      case "cancel":
      case "retry":
        return await this.#change(each.do, this.intents["which" in each ? each.which : 0]);
      case "settle":
        return await this.#settle(each as Extract<Command, { last: boolean }>);
      default:
        return await this.#answer(each);
    }
  }

  async #stage(keys: readonly string[], urgent: boolean): Promise<void> {
    const id = `int_${this.intents.length}`;
    this.intents.push(id);
    await store.stage(id, keys, { priority: urgent ? "urgent" : "normal" });
    this.model.stage(id, keys);
  }

  async #take(): Promise<void> {
    const slot = await rescued(store);
    if (slot === undefined) return;
    const taken = await store.work.take(slot);
    if (taken.kind !== "batch") return;
    this.sending.push({ slot, batch: taken.batch, next: undefined });
    const { id, items } = taken.batch;
    const known = this.#seen.get(id);
    if (known !== undefined) expect(items).toEqual(known);
    else if (taken.batch.attempt === 1) this.model.seal(id, items);
    else this.#adopt(id, items);
    this.#seen.set(id, items);
    expect(new Set(items).size).toBe(items.length);
  }

  /** A half of a batch that was split: its items' interests are the whole's. */
  #adopt(id: string, items: readonly string[]): void {
    const whole = [...this.#seen].find(
      ([, all]) =>
        all.length > items.length && this.#halves(all).some((half) => String(half) === String(items)),
    );
    if (whole === undefined) throw new Error(`${id} is half of nothing`);
    const at = whole[1].indexOf(items[0] ?? "");
    this.model.batches.set(id, (this.model.batches.get(whole[0]) ?? []).slice(at, at + items.length));
  }

  #halves(all: readonly string[]): readonly (readonly string[])[] {
    const half = Math.floor(all.length / 2);
    return [all.slice(0, half), all.slice(half)];
  }

  async #answer(each: Command): Promise<void> {
    const [sealed] = this.sending.splice(
      "which" in each ? each.which % Math.max(1, this.sending.length) : 0,
      1,
    );
    if (sealed === undefined) return;
    const { id, items } = sealed.batch;
    if (each.do === "again") {
      const apart = "split" in each && each.split && items.length > 1;
      const again: Verdict = { do: "retry", inMs: 0, resend: "ambiguous", hold: null };
      await record(store, sealed, apart ? { do: "split", code: "x", message: "" } : again);
      return;
    }
    const refused = ("rejected" in each ? each.rejected : []).filter((index) => index < items.length);
    const rejected = refused.map((index) => ({ index, end: "failed" as const, code: "Bad", message: "" }));
    const tasks = [{ call: POLL, id }];
    const ended = each.do === "end" && "end" in each ? each.end : null;
    const verdict: Verdict =
      each.do === "accept"
        ? { do: "accept", tasks, pollInMs: 0, rejected }
        : ended === "confirmed"
          ? { do: "finish", rejected }
          : { do: "end", end: ended ?? "failed", code: "Bad", message: "", refund: true };
    await record(store, sealed, verdict);
    for (const index of items.keys()) {
      const out = verdict.do !== "end" && refused.includes(index);
      this.model.move(id, index, out ? "failed" : (ended ?? "submitted"));
    }
  }

  async #settle(each: Extract<Command, { last: boolean }>): Promise<void> {
    const slot = await rescued(store, 0, "poll");
    if (slot === undefined) return;
    const later = store.later(1000);
    const claimed = await later.work.claimPolls(slot, 1);
    const [task] = claimed.kind === "tasks" ? claimed.tasks : [];
    if (task === undefined) return;
    const size = this.#seen.get(task.batch)?.length ?? 0;
    const indexes = each.of.filter((index) => index < size);
    const ended = indexes.map((index) => ({ index, end: each.end, code: "x", message: "" }));
    const next = each.last ? [] : [{ task: task.task, inMs: 0 }];
    const rest = { end: "unconfirmed", code: "gone", message: "" } as const;
    const seen = { call: POLL, providerDateMs: null, error: null };
    const answer = { task, size, ended, next, rest, seen };
    await later.work.settle("ali", answer);
    await later.work.settle("ali", answer);
    this.#told(task.batch, indexes, each.end);
    if (each.last) this.#told(task.batch, [...Array(size).keys()], "unconfirmed");
  }

  /** Items end once: a later word about one changes nothing, not even its target's new life. */
  #told(batch: string, indexes: readonly number[], end: EndState): void {
    for (const index of indexes) {
      this.model.move(batch, index, end);
      const items = [...(this.model.batches.get(batch) ?? [])];
      items[index] = [];
      this.model.batches.set(batch, items);
    }
  }

  async #change(what: "cancel" | "retry", intent: string | undefined): Promise<void> {
    if (intent === undefined) return;
    await store.intake[what](intent);
    this.model[what](intent);
  }
}

it("whatever is done in whatever order, every target is where a plain model says, and sent when it says", async () => {
  const limits = limitsWith({ batch: 4, inFlight: 100 });
  store = await bundle({ limits });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
      await store.connection.flushall();
      await store.work.publish("ali", limits, { atMs: 1, digest: "one" });
      const both = new Both();
      for (const each of commands) await both.carryOut(each);
      for (const intent of both.intents) {
        const [leg] = await store.intake.legs(intent);
        if (leg === undefined) throw new Error(`${intent} is gone`);
        expect(leg.counts).toEqual(both.model.counts(intent));
        const over = STATES.filter((state) => isEnd(state)).reduce(
          (sum, state) => sum + leg.counts[state],
          0,
        );
        expect(leg.finishedAtMs !== null).toBe(over === totalOf(leg.counts));
      }
      const [account] = await store.intake.accounts();
      expect(account?.lanes[0]?.pending).toBe(both.model.waiting.size);
    }),
    { numRuns: 60 },
  );
});
