import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { openClient } from "./client.ts";
import { orderOf, tellDone } from "./told.ts";

/** A worker of that queue: it does nothing with a URL, or purges it with a call of its own. */
export interface RunOrder {
  readonly redis: string;
  readonly queue: string;
  /** Ends after so many. */
  readonly targets: number;
  /** Jobs at a time. */
  readonly concurrency: number;
  /** Absent: it does nothing. */
  readonly provider?: { readonly endpoint: string; readonly account: string };
}

const { redis, queue, targets, concurrency, provider } = orderOf<RunOrder>();
const client = provider === undefined ? null : openClient(provider.endpoint, provider.account);
const connection = new Redis(redis, { maxRetriesPerRequest: null });
const { promise: allDone, resolve, reject } = Promise.withResolvers<void>();
let done = 0;
const worker = new Worker<{ readonly url: string }>(
  queue,
  async ({ data }) => {
    if (client !== null) await client.purge([data.url]);
  },
  { connection, concurrency, removeOnComplete: { count: 0 } },
);
worker.on("error", reject);
worker.on("failed", (_, error) => reject(error));
worker.on("completed", () => {
  done += 1;
  if (done === targets) resolve();
});
await worker.waitUntilReady();
const end = tellDone(() => done);
await allDone;
await worker.close();
connection.disconnect();
await client?.close();
end();
