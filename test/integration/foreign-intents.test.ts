import { type Job, Queue, QueueEvents } from "bullmq";
import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

const ACCOUNT = `
  - { name: ali, provider: alibaba-cdn, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: ali-id, accessKeySecret: ali-secret }, hosts: ["*.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 } }
`;
const PREFIX = "{purgeline}";

let running: Service;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await running.close();
});

/** A producer that knows nothing of Purgeline: a plain BullMQ client and the schema. */
async function producer(yaml = ACCOUNT) {
  running = await service(yaml, { completeMs: 0 });
  const connection = { host: "127.0.0.1", port: running.redis.port };
  const queue = new Queue("intents", { connection, prefix: PREFIX });
  const events = new QueueEvents("intents", { connection, prefix: PREFIX });
  closers.push(
    () => events.close(),
    () => queue.close(),
  );
  await events.waitUntilReady();
  return { queue, ended: (job: Job) => job.waitUntilFinished(events) };
}

function purge(...urls: string[]) {
  return { op: "purge", urls };
}

function sent(): string[] {
  return running.simulators.ledger
    .since(0, 1000)
    .filter((entry) => entry.call === "RefreshObjectCaches")
    .flatMap((entry) => entry.accepted);
}

describe("an intent from a foreign BullMQ client", () => {
  it("goes the same way under the id that it names, to confirmed", async () => {
    const { queue, ended } = await producer();
    await running.startWorker();
    const job = await queue.add("purge", { id: "int_mine-1", ...purge("https://a.example.com/1") });
    expect(await ended(job)).toBe("int_mine-1");
    expect(await running.ended("int_mine-1")).toMatchObject({ state: "confirmed", counts: { total: 1 } });
  });

  it("without an id gets one of its job's, and another one where the job's id is used again", async () => {
    const { queue, ended } = await producer();
    await running.startWorker();
    const body = purge("https://a.example.com/1");
    const first = await queue.add("purge", body, { jobId: "purge/home", removeOnComplete: true });
    const firstId = await ended(first);
    await expect.poll(sent).toHaveLength(1);
    const again = await queue.add("purge", body, { jobId: "purge/home", removeOnComplete: true });
    // An odd character in one job's id must not make it another's.
    const other = await queue.add("purge", purge("https://a.example.com/2"), { jobId: "purge-home" });
    expect(new Set([firstId, await ended(again), await ended(other)]).size).toBe(3);
    const url = "https://a.example.com";
    // The second sending of one key keeps its distance from the first.
    await expect.poll(() => sent().sort()).toEqual([`${url}/1`, `${url}/1`, `${url}/2`]);
  });

  it("that comes twice under one id is one intent, and one with another body is refused, not swallowed", async () => {
    const { queue, ended } = await producer();
    await running.startWorker();
    const body = { id: "int_twice", ...purge("https://a.example.com/1") };
    const first = await queue.add("purge", body);
    expect(await ended(first)).toBe("int_twice");
    const same = await queue.add("purge", body);
    expect(await ended(same)).toBe("int_twice");
    const other = await queue.add("purge", { id: "int_twice", ...purge("https://a.example.com/2") });
    await expect(ended(other)).rejects.toThrow("/id: int_twice came with another body before");
    expect(await running.ended("int_twice")).toMatchObject({ state: "confirmed", counts: { total: 1 } });
    expect(sent()).toEqual(["https://a.example.com/1"]);
  });

  it.each([
    [
      { op: "purge", urls: ["ftp://a.example.com/1?sign=s3cr3t", "https://b.test/"] },
      ["/urls/0:", "/urls/1:"],
    ],
    [{ op: "purge", urls: [] }, ["/urls"]],
    [["not", "an", "object"], ["expected"]],
    [{ id: "mine", op: "purge", urls: ["https://a.example.com/1"] }, ["/id: expected int_"]],
    [{ id: null, op: "purge", urls: ["https://a.example.com/1"] }, ["/id: expected int_"]],
  ])("that is not valid fails with every fault, and enqueues nothing: %j", async (payload, faults) => {
    const { queue, ended } = await producer();
    await running.startWorker();
    const job = await queue.add("purge", payload);
    await expect(ended(job)).rejects.toThrow();
    const failed = await queue.getJob(job.id ?? "");
    for (const fault of faults) expect(failed?.failedReason).toContain(fault);
    expect(failed?.failedReason).not.toContain("s3cr3t");
    expect(await running.connection.keys("*:intent:*")).toEqual([]);
  });

  it("waits in the queue while the backlog has no room, and goes in when it has", async () => {
    const { queue, ended } = await producer(`${ACCOUNT}\nintake: { maxPendingTargets: 1 }`);
    await running.store.pause("ali");
    await running.startWorker();
    const first = await queue.add("purge", purge("https://a.example.com/1"));
    await ended(first);
    const second = await queue.add("purge", purge("https://a.example.com/2"));
    const events = new QueueEvents("intents", {
      connection: { host: "127.0.0.1", port: running.redis.port },
      prefix: PREFIX,
      lastEventId: "0-0",
    });
    closers.push(() => events.close());
    const delayed = Promise.withResolvers<void>();
    events.on("delayed", ({ jobId }) => {
      if (jobId === second.id) delayed.resolve();
    });
    await delayed.promise;
    await running.queue.add(await running.store.resume("ali"));
    const id = (await ended(second)) as string;
    expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
  });
});
