import { type Face, type Take, TransportFailed } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { submit, Turns } from "../../src/index.ts";
import { ACCEPTED, batch } from "./taken.ts";
import { batchOf, failureOf, type Given, NO_ITEMS, SUBMIT_SLOT, toy } from "./work-ports.ts";

function wait(reason: "rate" | "quota" | "paused", waitMs: number): Take {
  const why = { reason, untilMs: 1_700_000_000_000 };
  return {
    kind: "wait",
    waitMs,
    why,
    pending: 3,
    oldestAtMs: 0,
    moved: { elsewhere: {}, legs: [] },
    slots: [],
  };
}

async function run(given: Given) {
  const made = toy(given);
  const faces: Face[] = [];
  const end = await submit(
    SUBMIT_SLOT,
    new Turns(),
    NO_ITEMS,
    made.ports,
    async (face) => void faces.push(face),
  );
  return { ...made, end, faces };
}

describe("submit", () => {
  it("sends what it took, records the tasks, and queues the slots that came with it", async () => {
    const { told, end, faces } = await run({ takes: [batch("a", "b")], outcomes: [ACCEPTED] });
    expect(told.sent).toEqual(["a,b"]);
    expect(told.records).toMatchObject([{ verdict: { do: "accept", tasks: [{ id: "t1" }] }, error: null }]);
    expect(told.queued).toEqual(["s2", "minted"]);
    expect(end).toEqual({ kind: "done", summary: "accepted as t1" });
    expect(faces.at(-1)).toMatchObject({ title: "ali purge-url · 2 targets · accepted as t1" });
  });

  it("asks again at once where what waited became a directory, and queues that", async () => {
    const moved = { elsewhere: {}, legs: [] };
    const rolled = { kind: "rolled", absorbed: 7, moved, slots: [{ ...SUBMIT_SLOT, id: "s9" }] } as const;
    const refused = { ...rolled, absorbed: 0, slots: [] };
    const { told, end } = await run({ takes: [rolled, refused, batch("a")], outcomes: [ACCEPTED] });
    expect(told.queued).toEqual(["s9", "s2", "minted"]);
    expect(told.events.filter((line) => line.startsWith("rolled"))).toEqual(["rolled up purge-url 7"]);
    expect(told.sleeps).toEqual([]);
    expect(end).toEqual({ kind: "done", summary: "accepted as t1" });
  });

  it("queues the slots of other lanes before it ends for want of work", async () => {
    const slots = [{ ...SUBMIT_SLOT, id: "s9" }];
    const { told, end } = await run({ takes: [{ kind: "end", moved: { elsewhere: {}, legs: [] }, slots }] });
    expect(told.queued).toEqual(["s9"]);
    expect(end).toEqual({ kind: "done", summary: "nothing left to send" });
  });

  it("waits for short times here and gives the job back for long ones, with the reason on its face", async () => {
    const short = await run({ takes: [wait("rate", 30), batch("a")], outcomes: [ACCEPTED] });
    expect(short.told.sleeps).toEqual([30]);
    expect(short.told.sent).toHaveLength(1);
    const long = await run({ takes: [wait("quota", 60_000)] });
    expect(long.end).toEqual({ kind: "later", delayMs: 60_000 });
    expect(long.faces).toMatchObject([
      { title: "ali purge-url · 3 pending · quota until 2023-11-14 22:13:20 UTC" },
    ]);
  });

  it.each([
    ["rate", ["s1", "slept", "s2", "s1"]],
    ["paused", ["s1", "s2", "slept", "s1"]],
  ] as const)(
    "lets nobody else ask while it waits for the call's permit, but for nothing else: %s",
    async (reason, order) => {
      const { ports } = toy();
      const asked: string[] = [];
      const takes = [wait(reason, 30)];
      const take = async ({ id }: typeof SUBMIT_SLOT): Promise<Take> => {
        asked.push(id);
        return takes.shift() ?? { kind: "end", moved: { elsewhere: {}, legs: [] }, slots: [] };
      };
      const sleep = async (): Promise<void> => {
        await new Promise(setImmediate);
        asked.push("slept");
      };
      const both = { ...ports, store: { ...ports.store, take }, clock: { ...ports.clock, sleep } };
      const turns = new Turns();
      const slots = [SUBMIT_SLOT, { ...SUBMIT_SLOT, id: "s2" }];
      await Promise.all(slots.map((slot) => submit(slot, turns, NO_ITEMS, both, () => Promise.resolve())));
      expect(asked).toEqual(order);
    },
  );

  it("gives a waiting job back at once when the process stops", async () => {
    const made = toy({ takes: [wait("rate", 30), batch("a")], outcomes: [ACCEPTED] });
    made.stop.abort();
    const end = await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve());
    expect(end).toEqual({ kind: "later", delayMs: 30 });
    expect(made.told.sent).toEqual([]);
  });

  it("shows URLs without their query", async () => {
    const { faces } = await run({ takes: [batch("https://a.test/x?sign=s3cr3t")], outcomes: [ACCEPTED] });
    expect(faces.at(-1)?.preview).toEqual(["https://a.test/x?…"]);
  });

  it("asks for another permit when the first is too old on the ready socket, and writes nothing before", async () => {
    const delays = [11, 0];
    const made = toy({
      takes: [batch("a")],
      outcomes: [ACCEPTED],
      permitWaits: [40],
      connecting: () => made.advance(delays.shift() ?? 0),
    });
    await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve());
    expect(made.told.permits).toBe(1);
    expect(made.told.sleeps).toEqual([40]);
    expect(made.told.sent).toEqual(["a"]);
  });

  it("records a batch as not sent when the process stops while it waits for a permit", async () => {
    const made = toy({
      takes: [batch("a")],
      outcomes: [ACCEPTED],
      permitWaits: [40],
      connecting: () => {
        made.advance(11);
        made.stop.abort();
      },
    });
    await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve());
    expect(made.told.sent).toEqual([]);
    expect(made.told.sleeps).toEqual([]);
    expect(made.told.records).toMatchObject([
      { verdict: { do: "retry", resend: null }, error: { code: "stopping" } },
    ]);
  });

  it.each([
    // What may have been applied rests as long as the lane wants.
    [true, "ambiguous", 5000, "no-answer"],
    [false, null, 500, "unreachable"],
  ] as const)(
    "where no reply came and bytes were sent: %s, the batch is sent again as %s in %i ms",
    async (sent, resend, inMs, code) => {
      const { told } = await run({
        takes: [batch("a")],
        outcomes: [new TransportFailed("broken", { sent })],
      });
      expect(told.records).toMatchObject([{ verdict: { do: "retry", resend, inMs }, error: { code } }]);
    },
  );

  it("signs once more where the signature's clock, nonce or token was at fault, and no more than once", async () => {
    const stale = failureOf("auth", { resign: true });
    const cured = await run({ takes: [batch("a")], outcomes: [stale, ACCEPTED] });
    expect(cured.told.sent).toEqual(["a", "a"]);
    expect(cured.told.permits).toBe(1);
    expect(cured.told.events).toEqual(["retried Toy.auth", "sent accepted accept"]);
    const refused = await run({ takes: [batch("a")], outcomes: [stale, stale, ACCEPTED] });
    expect(refused.told.sent).toEqual(["a", "a"]);
    expect(refused.told.records).toMatchObject([
      { verdict: { do: "retry", hold: { scope: "account", reason: "Toy.auth" } } },
    ]);
  });

  it("does not sign again where another call's refusal has stopped the credential meanwhile", async () => {
    const stale = failureOf("auth", { resign: true });
    const given = { takes: [batch("a")], outcomes: [stale, ACCEPTED], permitWaits: ["stopped"] } as const;
    const { told } = await run(given);
    expect(told.sent).toEqual(["a"]);
    expect(told.records).toMatchObject([
      { verdict: { hold: { reason: "Toy.auth" } }, error: { code: "Toy.auth" } },
    ]);
  });

  it("sends nothing with a permit that went stale while the credential was stopped, and blames nobody", async () => {
    const made = toy({
      takes: [batch("a")],
      outcomes: [ACCEPTED],
      permitWaits: ["stopped"],
      connecting: () => made.advance(11),
    });
    await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve());
    expect(made.told.sent).toEqual([]);
    expect(made.told.records).toMatchObject([
      { verdict: { do: "retry", inMs: 0, resend: null }, error: null },
    ]);
  });

  it("allows a permit more time where the way to the socket always takes longer, and less when it no longer does", async () => {
    const ways = [30, 70, 30, 30, 1, 1];
    const made = toy({
      takes: [batch("a"), batch("b"), batch("c"), batch("d")],
      outcomes: [ACCEPTED],
      connecting: () => made.advance(ways.shift() ?? 1),
    });
    for (let i = 0; i < 4; i += 1)
      await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve());
    expect(made.told.sent).toEqual(["a", "b", "c", "d"]);
    // Twice what the last one took is asked for, and 10 again once 1 ms was enough. The second time in a row is told.
    expect(made.told.events.filter((event) => event === "late Purge")).toHaveLength(1);
    expect(made.told.ages).toEqual([10, 60, 140, 60, 60, 10]);
  });

  it("sends nothing of a batch that another attempt has taken over, tells nobody, and lets its slot go", async () => {
    const made = toy({
      takes: [batch("a")],
      outcomes: [ACCEPTED],
      permitWaits: ["superseded"],
      connecting: () => made.advance(11),
    });
    const end = await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve());
    expect(made.told.sent).toEqual([]);
    // What `record` refuses of a fenced attempt; it ends the slot, or the lane would wait for its lease.
    expect(made.told.records).toMatchObject([{ verdict: { do: "retry", resend: null }, error: null }]);
    expect(made.told.events).toEqual([]);
    expect(end).toEqual({ kind: "done", summary: "another attempt has taken over the batch" });
  });

  it("never signs again what is refused for another reason", async () => {
    const { told } = await run({
      takes: [batch("a")],
      outcomes: [failureOf("auth", { resign: false }), ACCEPTED],
    });
    expect(told.sent).toEqual(["a"]);
    expect(told.events).toEqual(["sent auth retry", "stopped Toy.auth words"]);
  });

  it("keeps keys and URL queries out of what it records and tells", async () => {
    const message =
      "server string to sign is: AccessKeyId=the-key-id&Path=https://a.test/x?sign=s3cr3t, not the-secret-of-the-account";
    const { told } = await run({
      takes: [batch("a")],
      outcomes: [failureOf("auth", { resign: false, message })],
    });
    const clean = "server string to sign is: AccessKeyId=***&Path=https://a.test/x?… not ***";
    expect(told.records[0]?.error).toEqual({ code: "Toy.auth", message: clean });
    expect(told.events.at(-1)).toBe(`stopped Toy.auth ${clean}`);
  });

  it("leaves a job that ended badly among the failed ones, with the provider's code", async () => {
    const { end } = await run({ takes: [batch("a")], outcomes: [failureOf("refused")] });
    expect(end).toEqual({ kind: "failed", reason: "failed: Toy.refused" });
  });

  it("says why a batch goes out again before it does", async () => {
    const taken = batchOf(["a"], { resend: "crash", attempt: 2 });
    const { told } = await run({
      takes: [
        { kind: "batch", batch: taken, sealed: 0, moved: { elsewhere: {}, legs: [] }, slots: [], pending: 0 },
      ],
      outcomes: [ACCEPTED],
    });
    expect(told.events[0]).toBe("resent crash");
  });

  it("tells the spent class of a quota", async () => {
    const { told } = await run({ takes: [batch("a")], outcomes: [failureOf("quota", { class: null })] });
    expect(told.events).toEqual(["sent quota retry", "quota url"]);
  });

  it("keeps the provider's clock from its reply", async () => {
    const seen: (number | null)[] = [];
    const made = toy({
      takes: [batch("a")],
      outcomes: [ACCEPTED],
      headers: { date: "Sat, 21 Nov 2026 09:00:00 GMT" },
    });
    const store = {
      ...made.ports.store,
      record: (...args: Parameters<typeof made.ports.store.record>) => {
        seen.push(args[3].providerDateMs);
        return made.ports.store.record(...args);
      },
    };
    await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, { ...made.ports, store }, () => Promise.resolve());
    expect(seen).toEqual([Date.UTC(2026, 10, 21, 9)]);
  });
});
