import { poll, rememberItems, submit, Turns, type WorkPorts } from "@purgeline/engine";
import {
  type RunningWorkers,
  type SlotWork,
  startIntentsWorker,
  startSlotWorkers,
  type WorkersOptions,
} from "@purgeline/queue";
import { admitForeign, type ForeignPorts } from "./foreign-intents.ts";

/** Foreign intents under way at once: each is some round trips. */
const INTENTS_AT_ONCE = 8;
/** Of the slots of all queries together: 30 queries a second that are answered in 200 ms are 6 under way. */
const SLOTS_PER_CALL = 3;
/** A lane's waiting slot, and one more that urgent work woke. */
const WAITING_PER_LANE = 2;

/** BullMQ workers for every account's submits and polls, and for foreign intents. */
export function startWork(
  ports: WorkPorts,
  admitting: ForeignPorts,
  options: WorkersOptions,
): readonly RunningWorkers[] {
  const turns = new Turns();
  const items = rememberItems(ports.store);
  const works = [...ports.accounts].flatMap(([account, { limits }]): readonly SlotWork[] => {
    const lanes = Object.values(limits.lanes);
    const inFlight = lanes.reduce((sum, lane) => sum + lane.inFlight + WAITING_PER_LANE, 0);
    const calls = Object.keys(limits.calls).length;
    return [
      {
        account,
        kind: "submit",
        concurrency: inFlight,
        run: (slot, show) => submit(slot, turns, items, ports, show),
      },
      {
        account,
        kind: "poll",
        concurrency: calls * SLOTS_PER_CALL,
        run: (slot, show) => poll(slot, turns, items, ports, show),
      },
    ];
  });
  return [
    startSlotWorkers(works, options),
    startIntentsWorker((payload, job) => admitForeign(payload, job, admitting), INTENTS_AT_ONCE, options),
  ];
}
