import { AsyncLocalStorage } from "node:async_hooks";
import type { SlotQueue, Transport } from "@purgeline/core";
import type { Connection } from "@purgeline/store";

/** One thing that a verb asks of the world outside its process: a command to Redis, a request, a job, a wait. */
export interface Point {
  readonly verb: string;
  /** The port's method, as `store.take`. */
  readonly name: string;
  /** The engine's line that calls the port; "" where none does. */
  readonly site: string;
  /** 1, 2, 3 … of all that are the same so far. */
  readonly turn: number;
}

export type Side = "before" | "after";

/** Called around every point; what it does happens while the verb waits there. */
export type Visit = (point: Point, side: Side) => Promise<void> | undefined;

/** One process's way to the world. */
export interface Outside {
  through<T>(name: string, effect: () => Promise<T>): Promise<T>;
  /** From now on nothing of the process gets through, and what it waits for never comes. */
  die(): void;
  readonly died: Promise<void>;
  isDead(): boolean;
}

interface Where {
  readonly verb: string;
  readonly name: string;
  readonly site: string;
}

const where = new AsyncLocalStorage<Where>();

/** Everything that `run` asks of the world is this verb's. */
export function asVerb<T>(verb: string, run: () => Promise<T>): Promise<T> {
  return where.run({ verb, name: "", site: "" }, run);
}

/** Far above what any process of the tests asks: more is a verb that turns in circles. */
const MOST_POINTS = 3_000;

export function outside(visit: Visit): Outside {
  let asked = 0;
  const turns = new Map<string, number>();
  const death = Promise.withResolvers<void>();
  let isDead = false;
  const stopIfDead = async (): Promise<void> => {
    if (isDead) await new Promise<never>(() => undefined);
  };
  return {
    async through(name, effect) {
      await stopIfDead();
      const at = where.getStore();
      if (at === undefined) return await effect();
      asked += 1;
      if (asked > MOST_POINTS) throw new Error(`${at.verb} asks for ${name} without end`);
      const here = { ...at, name: at.name === "" ? name : at.name };
      const key = JSON.stringify(here);
      const turn = (turns.get(key) ?? 0) + 1;
      turns.set(key, turn);
      const point = { ...here, turn };
      await visit(point, "before");
      await stopIfDead();
      const [outcome] = await Promise.allSettled([effect()]);
      await visit(point, "after");
      await stopIfDead();
      if (outcome.status === "rejected") throw outcome.reason;
      return outcome.value;
    },
    die() {
      isDead = true;
      death.resolve();
    },
    died: death.promise,
    isDead: () => isDead,
  };
}

/** A port, each of its methods naming itself and its caller to what passes outside below it. */
export function named<Port extends object>(port: Port, name: string): Port {
  return new Proxy(port, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member === "object" && member !== null) return named(member, `${name}.${String(property)}`);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown => {
        const site = siteOf(new Error().stack ?? "");
        const { verb } = where.getStore() ?? { verb: "" };
        const call = (): unknown => Reflect.apply(member, target, args);
        return verb === "" ? call() : where.run({ verb, name: `${name}.${String(property)}`, site }, call);
      };
    },
  });
}

/** `work/submit.ts:60`: the nearest line of the engine. */
function siteOf(stack: string): string {
  return /packages\/engine\/src\/([\w/-]+\.ts:\d+)/.exec(stack)?.[1] ?? "";
}

/** A command's way to Redis. Scripts of accounts, all of which begin with the skew, run at the test's time. */
export function watchedConnection(
  connection: Connection,
  { through }: Pick<Outside, "through">,
  aheadMs: () => number,
): Connection {
  return new Proxy(connection, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown => {
        const isScript = property === "evalsha" || property === "eval";
        const isAccounts = isScript && String(args[2]).endsWith("}:");
        const moved = isAccounts ? args.with(3, aheadMs()) : args;
        return through(`redis.${String(property)}`, () =>
          Promise.resolve(Reflect.apply(member, target, moved)),
        );
      };
    },
  });
}

export function watchedTransport(transport: Transport, { through }: Outside): Transport {
  return { send: (request, options) => through("transport.send", () => transport.send(request, options)) };
}

export function watchedQueue(queue: SlotQueue, { through }: Outside): SlotQueue {
  return {
    // For no slots BullMQ is asked nothing.
    add: async (slots) =>
      slots.length === 0 ? undefined : await through("queue.add", () => queue.add(slots)),
    lost: async (slots) => (slots.length === 0 ? [] : await through("queue.lost", () => queue.lost(slots))),
  };
}
