export { accountQueues, INTENTS_QUEUE, queueName, queueNames, queuePrefix } from "./names.ts";
export { openQueues, type QueueCounts, type Queues, type QueuesOptions } from "./open-queues.ts";
export {
  type ForeignJob,
  type RunningWorkers,
  type SlotWork,
  startIntentsWorker,
  startSlotWorkers,
  type WorkersOptions,
} from "./start-workers.ts";
