import type { AccountState, Slot, Verdict } from "@purgeline/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith, type View } from "./bundle.ts";
import {
  accept,
  finish,
  POLL,
  polled,
  record,
  rescue,
  type Sealed,
  SUBMIT,
  seal,
  seen,
  urls,
  waits,
} from "./steps.ts";

const PROBE_MS = 600_000;
const DAY_MS = 86_400_000;
const refused: Verdict = {
  do: "retry",
  inMs: 0,
  resend: null,
  hold: { scope: "account", reason: "Forbidden", probeInMs: PROBE_MS },
};

let store: Bundle;
let wrong: View;
let right: View;
beforeEach(async () => {
  store = await bundle({ limits: limitsWith({ batch: 1 }) });
  [wrong, right] = [store.later(0, "wrong"), store.later(0, "right")];
});
afterEach(() => store.close());

async function shown(): Promise<AccountState["stopped"]> {
  return (await store.intake.accounts())[0]?.stopped ?? null;
}

/** A slot that takes now, whatever waits: as a sweep of that process gives one where a job is lost. */
async function slotFor(view: View, kind: Slot["kind"]["for"] = "submit"): Promise<Slot | undefined> {
  return (await rescue(view)).find((slot) => slot.kind.for === kind);
}

/** The wrong credential's first call, refused; then the slot that sleeps for it. */
async function stopped(targets = 3): Promise<Slot> {
  const [slot] = await wrong.stage("int_1", urls(targets));
  const first = await seal(wrong, slot);
  const { slots } = await record(wrong, first, refused);
  const sleeper = first.next ?? slots[0];
  if (sleeper === undefined) throw new Error("no slot was minted");
  expect(await waits(wrong, sleeper)).toMatchObject({ why: { reason: "stopped" } });
  return sleeper;
}

describe("a credential that has not been answered yet", () => {
  it("is tried by one call; the others go at its first answer", async () => {
    const [slot] = await right.stage("int_1", urls(3));
    const first = await seal(right, slot);
    const second = await waits(right, first.next);
    expect(second).toMatchObject({ why: { reason: "provider" } });
    expect(second.waitMs).toBeLessThanOrEqual(50);
    await finish(right, first);
    expect((await seal(right, first.next)).batch.items).toHaveLength(1);
  });

  it("is tried by the next call where the first answer tells nothing of it", async () => {
    const [slot] = await right.stage("int_1", urls(3));
    const first = await seal(right, slot);
    await record(right, first, { do: "retry", inMs: 60_000, resend: null, hold: null });
    const second = await seal(right, first.next);
    expect(await waits(right, second.next)).toMatchObject({ why: { reason: "provider" } });
  });

  it("is tried again when its first call's worker has died", async () => {
    const [slot] = await right.stage("int_1", urls(3));
    await seal(right, slot);
    const later = store.later(20_001, "right");
    expect((await seal(later, await slotFor(later))).batch.attempt).toBe(1);
  });

  it("holds up nobody who calls with another one", async () => {
    const [slot] = await right.stage("int_1", urls(3));
    const first = await seal(right, slot);
    expect((await seal(wrong, first.next)).batch.attempt).toBe(1);
  });

  it("is tried by one query, too", async () => {
    const [slot] = await store.stage("int_1", urls(2));
    const first = await seal(store, slot);
    const { slots } = await accept(store, first);
    const later = store.later(2000, "right");
    const submit = await seal(later, first.next);
    const poll = slots.find(({ kind }) => kind.for === "poll");
    if (poll === undefined) throw new Error("no poll slot");
    expect(await later.work.claimPolls(poll, 10)).toMatchObject({ kind: "wait", waitMs: 50 });
    await finish(later, submit);
    expect(await later.work.claimPolls(poll, 10)).toMatchObject({ kind: "tasks" });
  });

  it("holds submits up while a query is the first to try it", async () => {
    const [slot] = await store.stage("int_1", urls(2));
    const first = await seal(store, slot);
    const { slots } = await accept(store, first);
    const later = store.later(2000, "right");
    const poll = slots.find(({ kind }) => kind.for === "poll");
    if (poll === undefined) throw new Error("no poll slot");
    expect(await later.work.claimPolls(poll, 10)).toMatchObject({ kind: "tasks" });
    expect(await waits(later, first.next)).toMatchObject({ why: { reason: "provider" } });
  });
});

describe("a refused credential", () => {
  it("is called with once at first, then once in ten minutes, all day", async () => {
    let [given] = await store.stage("int_1", urls(50));
    let calls = 0;
    for (let at = 0; at <= DAY_MS; at += 60_000) {
      const view = store.later(at, "wrong");
      for (let slot = given ?? (await slotFor(view)); slot !== undefined; ) {
        given = undefined;
        const taken = await view.work.take(slot);
        if (taken.kind !== "batch") break;
        calls += 1;
        const { slots } = await record(view, { slot, batch: taken.batch, next: taken.slots[0] }, refused);
        slot = slots[0] ?? taken.slots[0];
      }
    }
    expect(calls).toBe(1 + DAY_MS / PROBE_MS);
    expect(await store.connection.hlen("t:{ali}:credentials")).toBe(1);
  });

  it("costs one refusal for each call that was under way, and its probe is not put off by them", async () => {
    const [slot] = await right.stage("int_1", urls(3));
    await finish(right, await seal(right, slot));
    const under: Sealed[] = [];
    for (let next = await slotFor(store.later(25_000)); under.length < 2; next = under.at(-1)?.next)
      under.push(await seal(right, next));
    for (const each of under) await record(store.later(1000 * under.indexOf(each), "right"), each, refused);
    const probeAt = (await shown())?.probeAtMs ?? 0;
    expect(probeAt - store.nowMs).toBeLessThanOrEqual(PROBE_MS);
    expect(await shown()).toMatchObject({ reason: "Forbidden" });
  });

  it("gets no further permit for a call under way, but the probe's own", async () => {
    await stopped();
    expect(await wrong.work.permit("ali", SUBMIT, null)).toMatchObject({ stopped: true });
    expect(await right.work.permit("ali", SUBMIT, null)).toMatchObject({ stopped: false, waitMs: 0 });
    const then = store.later(PROBE_MS + 100, "wrong");
    await seal(then, await slotFor(then));
    expect(await then.work.permit("ali", SUBMIT, null)).toMatchObject({ stopped: false, waitMs: 0 });
  });

  it("stops the queries of whoever calls with it, and no others", async () => {
    const [slot] = await store.stage("int_1", urls(2));
    const first = await seal(store, slot);
    await accept(store, first);
    const later = store.later(2000, "wrong");
    await record(later, await seal(later, first.next), refused);
    const poll = await slotFor(later, "poll");
    if (poll === undefined) throw new Error("no poll slot");
    expect(await later.work.claimPolls(poll, 10)).toMatchObject({ kind: "wait", waitMs: 30_000 });
    const other = store.later(2000, "right");
    const woken = await slotFor(other, "poll");
    if (woken === undefined) throw new Error("the sweep did not replace the slot that sleeps");
    expect(await other.work.claimPolls(woken, 10)).toMatchObject({ kind: "tasks" });
  });

  it.each(["put off", "settled"])(
    "is learned of by a query as well, and proven welcome by one: %s",
    async (how) => {
      const [slot] = await store.stage("int_1", urls(1));
      const { slots } = await accept(store, await seal(store, slot));
      const view = store.later(2000, "wrong");
      const poll = slots.find(({ kind }) => kind.for === "poll");
      if (poll === undefined) throw new Error("no poll slot");
      const claimed = await view.work.claimPolls(poll, 10);
      if (claimed.kind !== "tasks" || claimed.tasks[0] === undefined)
        throw new Error(JSON.stringify(claimed));
      if (how === "put off") {
        const hold = { scope: "account", reason: "Forbidden", probeInMs: PROBE_MS } as const;
        await view.work.putOff("ali", claimed.tasks, 1000, hold, polled);
        expect(await shown()).toMatchObject({ reason: "Forbidden" });
        return;
      }
      const answer = { task: claimed.tasks[0], size: 0, ended: [], next: [], rest: null, seen: polled };
      await view.work.settle("ali", answer);
      expect(await store.connection.hkeys("t:{ali}:credentials")).toEqual(["proven:wrong"]);
      expect(claimed.tasks[0].task.call).toBe(POLL);
    },
  );
});

describe("another credential", () => {
  it("goes on at once, without resume, with the batch that was refused first", async () => {
    await stopped();
    const slot = await slotFor(right);
    const first = await seal(right, slot);
    expect(first.batch).toMatchObject({ attempt: 2, items: urls(1) });
    expect(await shown()).toMatchObject({ reason: "Forbidden" });
    await finish(right, first);
    expect(await shown()).toBeNull();
    expect((await store.intake.legs("int_1"))[0]?.waiting.map(({ why }) => why.reason)).not.toContain(
      "stopped",
    );
  });

  it("leaves whoever still calls with the refused one stopped", async () => {
    const sleeper = await stopped();
    const first = await seal(right, await slotFor(right));
    await finish(right, first);
    expect(await wrong.work.take(sleeper)).toMatchObject({ kind: "end" });
    expect(await waits(wrong, first.next)).toMatchObject({ why: { reason: "stopped" } });
  });

  it("keeps the account from being shown as stopped and not by turns, through a rolling deploy's probes", async () => {
    await stopped(500);
    const changes: string[] = [];
    for (let at = 0; at < 2 * 3_600_000; at += 120_000) {
      for (const [name, verdict] of [
        ["right", { do: "finish", rejected: [] }],
        ["wrong", refused],
      ] as const) {
        const view = store.later(at, name);
        const slot = await slotFor(view);
        const taken = slot && (await view.work.take(slot));
        if (slot && taken?.kind === "batch")
          await record(view, { slot, batch: taken.batch, next: taken.slots[0] }, verdict);
        const now = (await shown()) === null ? "open" : "stopped";
        if (changes.at(-1) !== now) changes.push(now);
      }
    }
    expect(changes).toEqual(["open"]);
  });

  it("that is refused in its turn is shown, though the old one worked a moment ago", async () => {
    const [slot] = await right.stage("int_1", urls(3));
    const first = await seal(right, slot);
    await finish(right, first);
    await record(wrong, await seal(wrong, first.next), refused);
    expect(await shown()).toMatchObject({ reason: "Forbidden" });
  });

  it("of long ago is forgotten when one is refused, too", async () => {
    const [slot] = await right.stage("int_1", urls(2));
    const first = await seal(right, slot);
    await finish(right, first);
    const later = store.later(3 * DAY_MS, "wrong");
    await record(later, await seal(later, await slotFor(later)), refused);
    expect(await store.connection.hkeys("t:{ali}:credentials")).toEqual(["stop:wrong"]);
  });

  it("of long ago is forgotten", async () => {
    await stopped();
    const later = store.later(3 * DAY_MS, "right");
    await finish(later, await seal(later, await slotFor(later)));
    expect(await store.connection.hkeys("t:{ali}:credentials")).toEqual(["proven:right"]);
  });
});

it("resume lets a refused credential be tried by one call, not by all", async () => {
  await stopped();
  const [slot] = await wrong.intake.resume("ali");
  expect(await shown()).toBeNull();
  const probe = await seal(wrong, slot);
  expect(await waits(wrong, probe.next)).toMatchObject({ why: { reason: "provider" } });
  await record(wrong, probe, refused);
  expect(await shown()).toMatchObject({ reason: "Forbidden" });
});

it("what was not sent because of a stop does not stop a credential again", async () => {
  const [slot] = await right.stage("int_1", urls(1));
  const hold = { scope: "account", reason: "stopped", probeInMs: PROBE_MS } as const;
  await record(right, await seal(right, slot), { ...refused, hold }, { ...seen, error: null });
  expect(await shown()).toBeNull();
  expect((await seal(right, await slotFor(store.later(25_000)))).batch.attempt).toBe(2);
});
