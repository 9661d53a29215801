import type { Batch, Class, Entry, LaneTwin, Queue, Ring } from "./state.ts";

export function queueOf(klass: Class, producer: string, group: string): Queue {
  return `${klass}\t${producer}\t${group}`;
}

export function splitQueue(queue: Queue): {
  readonly klass: Class;
  readonly producer: string;
  readonly group: string;
} {
  const [klass = "n", producer = "", group = ""] = queue.split("\t");
  return { klass: klass as Class, producer, group };
}

export function joinRing(lane: LaneTwin, queue: Queue): void {
  const { klass, producer, group } = splitQueue(queue);
  const ring = lane.rings[klass];
  const groups = ring.groups.get(producer);
  if (groups === undefined) {
    ring.groups.set(producer, [group]);
    ring.producers.push(producer);
  } else groups.push(group);
}

export function leaveRing(ring: Ring, producer: string, group: string): void {
  const groups = ring.groups.get(producer);
  if (groups?.includes(group)) groups.splice(groups.indexOf(group), 1);
  if (groups !== undefined && groups.length > 0) return;
  ring.groups.delete(producer);
  removeFirst(ring.producers, producer);
  ring.deficit.delete(producer);
}

export function removeFirst<T>(list: T[], value: T): void {
  const at = list.indexOf(value);
  if (at !== -1) list.splice(at, 1);
}

/** A queue that was empty is in no ring: it joins its own with the first key. */
export function pushBack(lane: LaneTwin, queue: Queue, id: string): void {
  const fifo = lane.fifos.get(queue);
  if (fifo !== undefined && fifo.length > 0) return void fifo.push(id);
  lane.fifos.set(queue, [id]);
  joinRing(lane, queue);
}

export function pushFront(lane: LaneTwin, queue: Queue, id: string): void {
  const fifo = lane.fifos.get(queue);
  if (fifo !== undefined && fifo.length > 0) return void fifo.unshift(id);
  lane.fifos.set(queue, [id]);
  joinRing(lane, queue);
}

/** Nothing waits in the lane: what its queues still hold has been cancelled, or went by another one. */
export function clearQueues(lane: LaneTwin): void {
  if (lane.keys.size > 0) return;
  lane.fifos.clear();
  for (const ring of [lane.rings.u, lane.rings.n]) {
    ring.producers = [];
    ring.groups.clear();
    ring.deficit.clear();
  }
  lane.parked.clear();
  lane.spent.clear();
  lane.behind.clear();
  lane.first = null;
  lane.last = null;
}

/** The front of its queue, behind a batch that carries the key already. */
export function waitBehind(
  lane: LaneTwin,
  number: number,
  batch: Batch | undefined,
  queue: Queue,
  id: string,
  now: number,
): void {
  const known = lane.behind.get(number);
  if (known !== undefined) known.entries.push([queue, id]);
  else
    lane.behind.set(number, {
      at: lane.resting.get(number) ?? Number.POSITIVE_INFINITY,
      entries: [[queue, id]],
    });
  if (splitQueue(queue).klass === "u" && batch !== undefined) lendClass(lane, batch, now);
}

/** Whoever is urgent and waits for a batch lends it its class. */
export function lendClass(lane: LaneTwin, batch: Batch, now: number): void {
  if (batch.klass === "u") return;
  batch.klass = "u";
  if (batch.waits === "quota" && lane.retry.has(batch.number)) lane.retry.set(batch.number, now);
}

export function returnWaiting(lane: LaneTwin, number: number): void {
  for (const [queue, id] of [...(lane.behind.get(number)?.entries ?? [])].reverse())
    pushFront(lane, queue, id);
  lane.behind.delete(number);
}

/** Keys whose batch was answered long enough ago may be sent again. */
export function freeRested(lane: LaneTwin, now: number, batchesOf: (number: number) => Batch): void {
  const rested = [...lane.resting].filter(([, at]) => at <= now);
  rested.sort(([a, x], [b, y]) => y - x || (String(a) < String(b) ? 1 : -1));
  for (const [number] of rested) {
    for (const { entry } of batchesOf(number).items) lane.out.delete(entry.id);
    lane.resting.delete(number);
    returnWaiting(lane, number);
  }
}

export function groupOf(entry: Pick<Entry, "domain" | "options">): string {
  return `${entry.domain}|${entry.options}`;
}
