import type { Face, Slot, SlotEnd } from "@purgeline/core";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { Queue, QueueEvents } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openQueues, queueName, queueNames, queuePrefix, startSlotWorkers } from "../src/index.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

let prefixes = 0;

/** Queues of the account `ali` under a prefix of their own; `run` carries out its submits. */
async function bundle(run?: (slot: Slot, show: (face: Face) => Promise<void>) => Promise<SlotEnd>) {
  prefixes += 1;
  const prefix = `t${prefixes}`;
  const connect = (): Redis => {
    const made = new Redis({ path: redis.path, maxRetriesPerRequest: null });
    closers.push(() => made.disconnect());
    return made;
  };
  const queues = openQueues({ connection: connect(), prefix, accounts: ["ali"], onError: () => undefined });
  closers.push(() => queues.close());
  const raw = { connection: { path: redis.path }, prefix: queuePrefix(prefix) };
  const queue = new Queue(queueName("ali", "submit"), { ...raw, skipMetasUpdate: true });
  const events = new QueueEvents(queueName("ali", "submit"), raw);
  closers.push(
    () => queue.close(),
    () => events.close(),
  );
  await events.waitUntilReady();
  const faults: string[] = [];
  if (run !== undefined) {
    const workers = startSlotWorkers([{ account: "ali", kind: "submit", concurrency: 2, run }], {
      connect,
      prefix,
      onError: () => undefined,
      onFault: (job, error) => void faults.push(`${job}: ${error.message}`),
    });
    closers.push(() => workers.close(5000));
  }
  /** Resolves with the job when it has come to this. */
  const reached = (event: "completed" | "failed" | "delayed", id: string) =>
    new Promise<NonNullable<Awaited<ReturnType<typeof queue.getJob>>>>((resolve) => {
      events.on(event, async ({ jobId }: { jobId: string }) => {
        const job = jobId === id ? await queue.getJob(id) : undefined;
        if (job !== undefined) resolve(job);
      });
    });
  return { queues, queue, reached, faults };
}

const slot = (id: string, kind: Slot["kind"] = { for: "submit", lane: "purge-url" }): Slot => ({
  id,
  account: "ali",
  kind,
});

describe("a slot's job", () => {
  it("is named for people, carries the slot, and tells on its face what it sends", async () => {
    const face = { title: "ali purge-url · 2 targets", preview: ["https://a.test/1"] };
    const ran: Slot[] = [];
    const { queues, reached } = await bundle(async (given, show) => {
      ran.push(given);
      await show(face);
      return { kind: "done", summary: "accepted as t1" };
    });
    const done = reached("completed", "s-1");
    await queues.add([slot("s-1")]);
    const job = await done;
    expect(job).toMatchObject({ name: "ali purge-url", progress: face, returnvalue: "accepted as t1" });
    expect(ran).toEqual([slot("s-1")]);
  });

  it("of a query is named for the call and stands in the account's queue of polls", async () => {
    const { queues } = await bundle();
    await queues.add([slot("p-1", { for: "poll", call: "DescribeRefreshTaskById" })]);
    expect(await queues.counts()).toMatchObject([
      { queue: "intents", jobs: { waiting: 0 } },
      { queue: "submit.ali", jobs: { waiting: 0 } },
      { queue: "poll.ali", jobs: { waiting: 1 } },
    ]);
    expect(queueNames(["ali"])).toEqual(["intents", "submit.ali", "poll.ali"]);
  });

  it("that ended badly stays among the failed ones with the provider's code, and never runs again", async () => {
    let runs = 0;
    const { queue, reached } = await bundle(async () => {
      runs += 1;
      return { kind: "failed", reason: "refused InvalidObjectPath.Malformed" };
    });
    const failed = reached("failed", "s-1");
    // Foreign producers may allow more attempts; an answer is no failed attempt.
    await queue.add("ali purge-url", { slot: slot("s-1") }, { jobId: "s-1", attempts: 3 });
    expect(await failed).toMatchObject({ failedReason: "refused InvalidObjectPath.Malformed" });
    expect(runs).toBe(1);
  });

  it("that has to wait runs again when its time has come", async () => {
    const ends: SlotEnd[] = [{ kind: "later", delayMs: 50 }];
    const { queues, reached } = await bundle(async () => ends.shift() ?? { kind: "done", summary: "second" });
    const [delayed, done] = [reached("delayed", "s-1"), reached("completed", "s-1")];
    await queues.add([slot("s-1")]);
    await delayed;
    expect((await done).returnvalue).toBe("second");
  });

  it("whose handler throws is told about and runs again, and is none of the failed", async () => {
    let runs = 0;
    const { queues, queue, reached, faults } = await bundle(async () => {
      runs += 1;
      if (runs === 1) throw new Error("the store is away");
      return { kind: "done", summary: "second" };
    });
    const done = reached("completed", "s-1");
    await queues.add([slot("s-1")]);
    expect((await done).returnvalue).toBe("second");
    expect(faults).toEqual(["submit.ali s-1: the store is away"]);
    expect(await queue.getFailedCount()).toBe(0);
  });

  it("is added once, however often the slot is named", async () => {
    const { queues, queue } = await bundle();
    await queues.add([slot("s-1"), slot("s-1")]);
    await queues.add([slot("s-1")]);
    expect(await queue.getWaitingCount()).toBe(1);
  });

  it("keeps no more of the event stream than people look at", async () => {
    const { queues, queue } = await bundle();
    await queues.add([slot("s-1")]);
    // BullMQ writes its settings beside the first command, not before it.
    await expect.poll(() => queue.getMeta()).toMatchObject({ maxLenEvents: 200 });
  });
});

describe("lost slots", () => {
  it("are those whose job is gone or has ended; waiting, delayed and running ones are not", async () => {
    const running = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const { queues, queue, reached } = await bundle(async ({ id }) => {
      if (id === "later") return { kind: "later", delayMs: 60_000 };
      if (id === "bad") return { kind: "failed", reason: "no" };
      if (id !== "running") return { kind: "done", summary: "" };
      running.resolve();
      await release.promise;
      return { kind: "done", summary: "" };
    });
    const ended = [reached("delayed", "later"), reached("failed", "bad"), reached("completed", "good")];
    const slots = ["later", "bad", "good", "running"].map((id) => slot(id));
    await queues.add(slots);
    await Promise.all([...ended, running.promise]);
    await queue.pause();
    await queues.add([slot("waiting")]);
    const lost = await queues.lost([...slots, slot("waiting"), slot("never-added")]);
    expect(lost.map(({ id }) => id)).toEqual(["bad", "good", "never-added"]);
    await queue.resume();
    release.resolve();
  });

  it("are brought forward where a clock that was wrong has put them off for days", async () => {
    const again = Promise.withResolvers<void>();
    let runs = 0;
    const { queues, reached } = await bundle(async () => {
      runs += 1;
      if (runs === 1) return { kind: "later", delayMs: 3 * 86_400_000 };
      again.resolve();
      return { kind: "done", summary: "" };
    });
    const delayed = reached("delayed", "s-1");
    await queues.add([slot("s-1")]);
    await delayed;
    expect(await queues.lost([slot("s-1")])).toEqual([]);
    await again.promise;
  });
});

describe("closing the workers", () => {
  it("lets a running job end first, but not beyond the deadline", async () => {
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const { queues, queue } = await bundle();
    const workers = startSlotWorkers(
      [
        {
          account: "ali",
          kind: "submit",
          concurrency: 1,
          run: async () => {
            begun.resolve();
            await release.promise;
            return { kind: "done", summary: "ended in time" };
          },
        },
      ],
      {
        connect: () => {
          const made = new Redis({ path: redis.path, maxRetriesPerRequest: null });
          closers.push(() => made.disconnect());
          return made;
        },
        prefix: `t${prefixes}`,
        onError: () => undefined,
        onFault: () => undefined,
      },
    );
    await queues.add([slot("s-1")]);
    await begun.promise;
    await workers.close(50);
    expect(await queue.getActiveCount()).toBe(1);
    const closed = workers.close(5000);
    release.resolve();
    await closed;
    expect(await (await queue.getJob("s-1"))?.getState()).toBe("completed");
  });
});
