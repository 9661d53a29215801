import { once } from "node:events";
import { createServer } from "node:http";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { orderOf, tellDone } from "./told.ts";

/** A server that checks nothing: each request's body becomes a job, and then it answers 202. */
export interface IntakeOrder {
  readonly redis: string;
  readonly queue: string;
  readonly port: number;
}

const { redis, queue: name, port } = orderOf<IntakeOrder>();
const queue = new Queue(name, { connection: new Redis(redis, { maxRetriesPerRequest: null }) });
let added = 0;
const server = createServer(async (request, reply) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { id } = await queue.add("purge", JSON.parse(Buffer.concat(parts).toString()));
  added += 1;
  reply.writeHead(202, { "content-type": "application/json" }).end(JSON.stringify({ id }));
});
server.listen(port, "127.0.0.1");
await once(server, "listening");
// It serves until it is stopped.
tellDone(() => added);
