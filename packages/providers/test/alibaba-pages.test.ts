import type { HttpReply, Provider, Task } from "@purgeline/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { providers } from "../src/index.ts";
import { testAccount, testCall } from "../src/shared/alibaba/test-account.ts";

/** How a service lists one id that a batch of ours shares with URLs of others. */
interface Service {
  readonly own: number;
  readonly others: number;
  /** Whether others' lines stand before ours. */
  readonly othersFirst: boolean;
  /** Rows at which the query by id stops; null: it has all. */
  readonly byIdStopsAt: number | null;
  /** Rows of a page that the service does not exceed, whatever is asked for. */
  readonly pageCap: number;
  /** Whether answers say how many there are in all. Where they do not, lists stop at a hundred. */
  readonly tellsTotal: boolean;
}

const SERVICE: fc.Arbitrary<Service> = fc.record({
  own: fc.integer({ min: 1, max: 450 }),
  others: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 450 })),
  othersFirst: fc.boolean(),
  byIdStopsAt: fc.constantFrom(null, 100),
  pageCap: fc.constantFrom(20, 50, 100),
  tellsTotal: fc.boolean(),
});

const url = (whose: string, index: number): string => `https://a.test/${whose}/${index}`;

function listOf({ own, others, othersFirst }: Service): readonly string[] {
  const ours = Array.from({ length: own }, (_, index) => url("own", index));
  const theirs = Array.from({ length: others }, (_, index) => url("others", index));
  return othersFirst ? [...theirs, ...ours] : [...ours, ...theirs];
}

const line = (ObjectPath: string) => ({ TaskId: "1", ObjectPath, Status: "Complete", Process: "100%" });

function answer(service: Service, all: readonly string[], { searchParams }: URL): HttpReply {
  const size = searchParams.get("PageSize");
  const step = Math.min(Number(size), service.pageCap);
  const page = Number(searchParams.get("PageNumber") ?? 1);
  const shown =
    size === null
      ? all.slice(0, service.byIdStopsAt ?? all.length).map(line)
      : all.slice((page - 1) * step, page * step).map(line);
  const list = size === null ? shown : { [size === "50" ? "Task" : "CDNTask"]: shown };
  const total = service.tellsTotal ? { TotalCount: all.length } : {};
  return { status: 200, headers: {}, body: JSON.stringify({ Tasks: list, ...total }) };
}

/** Asks until nothing is left to ask or, as the engine does, until each item has its end: the open ones, and the queries. */
function settle(
  provider: Provider,
  service: Service,
  task: Task,
): { open: readonly string[]; queries: number } {
  const settings = testAccount(provider.name);
  const all = listOf(service);
  let open: readonly string[] = Array.from({ length: service.own }, (_, index) => url("own", index));
  const due: Task[] = [task];
  let queries = 0;
  for (const each of due) {
    if (open.length === 0 || queries > 2_000) break;
    const reply = answer(service, all, new URL(provider.poll.encode([each], testCall(settings)).url));
    const told = provider.poll.decode(reply, [each]);
    if (told.kind !== "progress") throw new Error(told.message);
    const ends = provider.poll.match(open, told.tasks[0]?.rows ?? []);
    open = open.filter((_, index) => ends[index]?.end !== "confirmed");
    due.push(...(told.tasks[0]?.next ?? []));
    queries += 1;
  }
  return { open, queries };
}

describe.each([
  ["alibaba-cdn", "DescribeRefreshTaskById", 100],
  ["alibaba-vod", "DescribeVodRefreshTasks", 50],
] as const)("one id of %s, asked for with %s", (name, call, pageSize) => {
  const provider = providers.get(name);
  if (provider === undefined) throw new Error(`${name} is not registered`);

  it("names every URL of ours, however the service lists and pages it, in no more queries than pages", () => {
    fc.assert(
      fc.property(SERVICE, (given) => {
        // Without a total a page shorter than asked is the last one: such a service caps at what is asked.
        const service = given.tellsTotal ? given : { ...given, pageCap: pageSize };
        const task: Task = { call, id: "1", state: { rows: { "a.test": service.own } } };
        const { open, queries } = settle(provider, service, task);
        expect(open).toEqual([]);
        const step = Math.min(pageSize, service.pageCap);
        const pages = Math.ceil((service.own + service.others) / step);
        const isPaged = call !== "DescribeRefreshTaskById";
        expect(queries).toBeLessThanOrEqual((isPaged ? 0 : 1) + pages);
        if (!isPaged && service.byIdStopsAt === null && service.tellsTotal && service.others === 0) {
          expect(queries).toBe(1);
        }
      }),
    );
  });
});
