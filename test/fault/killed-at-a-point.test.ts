import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, onTestFinished, vi } from "vitest";
import { freePort } from "../cli/free-port.ts";
import { type Service, service } from "../integration/service.ts";
import { type Role, role } from "./campaign/role.ts";
import { type Link, openLink } from "./link.ts";

const QUICK = "coalesce: { quietMs: 0, maxWaitMs: 0 }, limits: { pollEveryMs: 500 }";
const ACCOUNTS = `
  - { name: ali, provider: alibaba-cdn, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: ali-id, accessKeySecret: ali-secret }, hosts: [a.example.com], ${QUICK} }
  - { name: tc, provider: tencent-cdn, endpoint: "http://127.0.0.2:0", credentials: { accessKeyId: tc-id, accessKeySecret: tc-secret }, hosts: [b.example.com, a.example.com], ${QUICK} }
`;
const PAGE = "https://b.example.com/page.html";
const P = "purgeline:{tc}:";
/** How late a process hears from Redis: it is killed before it knows what it has done there. */
const LATE_MS = 500;
const PATIENCE = { timeout: 120_000, interval: 5 };

interface Stage {
  readonly running: Service;
  readonly link: Link;
  /** Not started yet; `by` the link, or straight to Redis. */
  process(verb: "api" | "worker", by: "link" | "redis", httpPort?: number): Promise<Role>;
}

async function stage(): Promise<Stage> {
  const running = await service(ACCOUNTS, { completeMs: 0 });
  const link = await openLink(running.redis.port);
  const folder = await mkdtemp(join(tmpdir(), "purgeline-point-"));
  const started: Role[] = [];
  let files = 0;
  onTestFinished(async () => {
    for (const each of started) await each.kill();
    await link.close();
    await running.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    running,
    link,
    async process(verb, by, httpPort = 0) {
      const port = by === "link" ? link.port : running.redis.port;
      const head = `redis: { url: "redis://127.0.0.1:${port}", prefix: purgeline }\nhttp: { host: 127.0.0.1, port: ${httpPort} }\naccounts:`;
      const accounts = ["ali", "tc"].reduce(
        (yaml, name, i) =>
          yaml.replace(`http://127.0.0.${i + 1}:0`, running.simulators.settingsOf(name).endpoint ?? ""),
        ACCOUNTS,
      );
      files += 1;
      const file = join(folder, `${verb}-${files}.yaml`);
      await writeFile(file, head + accounts);
      const made = role(verb, [verb, "-c", file], `${file}.log`);
      started.push(made);
      made.start();
      await made.ready();
      return made;
    },
  };
}

function sendings({ simulators }: Service, url: string, call?: string): readonly string[] {
  return simulators.ledger
    .since(0, 1000)
    .filter((entry) => entry.accepted.includes(url) && (call === undefined || entry.call === call))
    .map((entry) => `${entry.account} ${entry.call}`)
    .toSorted();
}

/** The dead or stalled process's locks have run out, which takes BullMQ 15 s. */
async function loseLocks({ connection }: Service): Promise<void> {
  const locks = await connection.keys("{purgeline}:*:lock");
  for (const lock of locks) await connection.del(lock);
}

describe("kill -9", () => {
  it("of an api that has staged the first leg of several: repeated with its key, the intent is whole, and nothing is sent twice", async ({
    expect,
  }) => {
    const { running, link, process } = await stage();
    const [portA, portB] = [await freePort(), await freePort()];
    const [first] = await Promise.all([
      process("api", "link", portA),
      process("api", "redis", portB),
      running.startWorker(),
    ]);
    const url = "https://a.example.com/whole.html";
    const ask = (port: number): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/v1/intents`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": "the-key" },
        // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
        body: JSON.stringify({ op: "purge", urls: [url], then: "prefetch" }),
      });
    link.delay("answers", LATE_MS);
    const unanswered = ask(portA).catch(() => null);
    await vi.waitFor(
      async () => expect(await running.connection.exists("purgeline:{ali}:intents")).toBe(1),
      PATIENCE,
    );
    await first.kill();
    await unanswered;
    // The dead one's hold on the key, which lasts 30 s, is over.
    const [record = ""] = await running.connection.keys("purgeline:{idempotency:*");
    await running.connection.hset(record, "until", 0);
    const answer = await ask(portB);
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as { readonly id: string };
    expect(await running.ended(id, 120_000)).toMatchObject({ state: "confirmed", counts: { total: 2 } });
    const { links } = await running.receipt(id);
    const follower = links.then?.split("/").at(-1) ?? "";
    expect(await running.ended(follower, 120_000)).toMatchObject({
      state: "confirmed",
      counts: { total: 2 },
    });
    expect(sendings(running, url)).toEqual([
      "ali PushObjectCache",
      "ali RefreshObjectCaches",
      "tc PurgeUrlsCache",
      "tc PushUrlsCache",
    ]);
  });

  const POINTS = [
    {
      point: "that has taken a batch and sent nothing",
      isThere: ({ connection }: Service) => connection.hlen(`${P}held`),
      most: 2,
    },
    {
      point: "that has settled a purge, so that a prefetch may go",
      isThere: async ({ connection }: Service) =>
        (await connection.zcard(`${P}lane:prefetch-url:slots`)) > 0 &&
        (await connection.hlen(`${P}lane:prefetch-url:order`)) === 0
          ? 1
          : 0,
      most: 1,
    },
  ];

  it.for(POINTS)(
    "of a worker $point: purge and prefetch are confirmed",
    async ({ isThere, most }, { expect }) => {
      const { running, link, process } = await stage();
      const first = await process("worker", "link");
      link.delay("answers", LATE_MS);
      // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
      const id = await running.post({ op: "purge", urls: [PAGE], then: "prefetch" });
      const { links } = await running.receipt(id);
      await vi.waitFor(async () => expect(await isThere(running)).toBe(1), PATIENCE);
      await first.kill();
      await loseLocks(running);
      await running.startWorker();
      for (const each of [id, links.then?.split("/").at(-1) ?? ""])
        expect(await running.ended(each, 120_000)).toMatchObject({ state: "confirmed" });
      expect(sendings(running, PAGE, "PurgeUrlsCache").length).toBeLessThanOrEqual(most);
      expect(sendings(running, PAGE, "PushUrlsCache")).toHaveLength(1);
    },
  );
});

it("a worker that stood still beyond its lock with a call in flight writes nothing when it wakes up", async ({
  expect,
}) => {
  const { running, process } = await stage();
  const call = "PurgeUrlsCache";
  // The first answer comes when its worker stands still; the second when that one has woken up.
  running.simulators.faults.add({ kind: "latency", ms: 9000, call, times: 1 });
  running.simulators.faults.add({ kind: "latency", ms: 4000, call, times: 1 });
  // Found in the list, it would not be sent again.
  running.simulators.faults.add({ kind: "late-list", ms: 600_000 });
  const first = await process("worker", "redis");
  const id = await running.post({ op: "purge", urls: [PAGE] });
  const sent = (count: number): Promise<void> =>
    vi.waitFor(() => expect(sendings(running, PAGE)).toHaveLength(count), PATIENCE);
  await sent(1);
  first.freeze();
  await loseLocks(running);
  await running.startWorker();
  await sent(2);
  first.thaw();
  expect(await running.ended(id, 120_000)).toMatchObject({ state: "confirmed" });
  expect(sendings(running, PAGE)).toHaveLength(2);
});
