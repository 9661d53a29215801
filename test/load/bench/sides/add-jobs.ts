import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { orderOf, tellDone } from "./told.ts";
import { type UrlSet, urlsFrom } from "./urls.ts";

/** A producer with a queue and nothing else: a job for each URL, a thousand added in one go. */
export interface AddOrder {
  readonly redis: string;
  readonly queue: string;
  readonly urls: UrlSet;
  readonly targets: number;
}

const AT_ONCE = 1000;

const { redis, queue: name, urls, targets } = orderOf<AddOrder>();
const connection = new Redis(redis, { maxRetriesPerRequest: null });
const queue = new Queue(name, { connection });
let added = 0;
const end = tellDone(() => added);
while (added < targets) {
  const count = Math.min(AT_ONCE, targets - added);
  await queue.addBulk(urlsFrom(urls, added, count).map((url) => ({ name: "purge", data: { url } })));
  added += count;
}
await queue.close();
connection.disconnect();
end();
