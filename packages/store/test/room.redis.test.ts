import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, legOf, type Settings, type View, view } from "./bundle.ts";
import { record, seal, urls } from "./steps.ts";

const MB = 1024 * 1024;

let store: Bundle;
afterEach(() => store.close());

/** Redis may hold so many bytes beside what it holds now, half of all for new work. */
async function limited(settings: Settings = {}): Promise<void> {
  store = await bundle({ maxMemoryPercent: 50, ...settings });
}
async function setMaxMemory(bytes: number): Promise<void> {
  await store.connection.config("SET", "maxmemory", String(bytes));
}
/** Without the buffers that a long command would take for itself. */
async function putBallast(bytes: number): Promise<void> {
  await store.connection.setrange("ballast", bytes - 1, "x");
}
const hasRoomFor = (targets: number) => store.intake.hasRoom([legOf(urls(targets))]);

describe("room for new work", () => {
  it("is always there where Redis has no limit", async () => {
    await limited();
    expect(await hasRoomFor(10_000)).toBe(true);
    expect(await store.intake.memory()).toMatchObject({ limitBytes: null });
  });

  it("ends at the configured part of maxmemory, long before Redis refuses anything", async () => {
    await limited();
    await setMaxMemory(20 * MB);
    expect(await store.intake.memory()).toMatchObject({ limitBytes: 10 * MB });
    expect(await hasRoomFor(10_000)).toBe(true);
    await putBallast(10 * MB);
    await store.intake.memory();
    expect(await hasRoomFor(1)).toBe(false);
    expect(await store.intake.hasRoom([])).toBe(false);
    await expect(store.stage("int_1", urls(1000))).resolves.toHaveLength(1);
  });

  it("counts what was let in since Redis was asked last, though none of it is stored yet", async () => {
    await limited();
    await setMaxMemory(20 * MB);
    // A Redis that has never answered, within a second, is taken for one without a limit.
    await store.intake.memory();
    const answers = await Promise.all(Array.from({ length: 20 }, () => hasRoomFor(10_000)));
    const letIn = answers.filter(Boolean).length;
    // 10,000 URLs of 25 characters are taken for 1.4 MB; about 8 MB are free.
    expect(letIn).toBeGreaterThanOrEqual(4);
    expect(letIn).toBeLessThanOrEqual(6);
  });

  it("counts what waits to be stored, however often Redis is asked meanwhile", async () => {
    await limited();
    await setMaxMemory(20 * MB);
    const stored = Promise.withResolvers<void>();
    const stalled = new Proxy(store.connection, {
      get(target, name) {
        const run = async (...args: Parameters<typeof target.evalsha>): Promise<unknown> => {
          await stored.promise;
          return await target.evalsha(...args);
        };
        const value: unknown = name === "evalsha" ? run : Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const { intake, stage } = view(stalled, () => store.connection, { maxMemoryPercent: 50 }, 0);
    await intake.memory();
    const staged: Promise<unknown>[] = [];
    // About 8 MB are free, and each is taken for 1.4 MB.
    for (let n = 0; n < 4; n += 1) {
      expect(await intake.hasRoom([legOf(urls(10_000))])).toBe(true);
      staged.push(stage(`int_${n}`, urls(10_000, `h${n}.example.com`)));
      await intake.memory();
    }
    await intake.memory();
    expect(await intake.hasRoom([legOf(urls(30_000))])).toBe(false);
    stored.resolve();
    await Promise.all(staged);
    await intake.memory();
    expect(await intake.hasRoom([legOf(urls(1000))])).toBe(true);
  });

  it("is told without a wait while a reading that is due is under way", async () => {
    await limited();
    let atMs = 0;
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<string>();
    const info = (): Promise<string> => {
      asked.resolve();
      return answered.promise;
    };
    const slow = new Proxy(store.connection, {
      get(target, name) {
        const value: unknown = name === "info" && atMs > 0 ? info : Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const { intake } = view(
      slow,
      () => store.connection,
      {},
      0,
      undefined,
      () => atMs,
    );
    expect(await intake.hasRoom([])).toBe(true);
    atMs = 1500;
    let told: boolean | null = null;
    const telling = intake.hasRoom([]).then((has) => {
      told = has;
    });
    await asked.promise;
    await turn();
    expect(told).toBe(true);
    answered.resolve(await store.connection.info("memory"));
    await telling;
  });

  it("is there again by itself when memory is", async () => {
    await limited();
    await putBallast(10 * MB);
    await setMaxMemory(20 * MB);
    await store.intake.memory();
    expect(await hasRoomFor(1)).toBe(false);
    await store.connection.del("ballast");
    await expect.poll(() => hasRoomFor(1)).toBe(true);
  });
});

it("without room, targets that fail are remembered by their code alone", async () => {
  await limited();
  await setMaxMemory(20 * MB);
  const end = { do: "end", end: "failed", code: "Bad.Url", message: "no such page", refund: false } as const;
  const failed = async (id: string, view: View): Promise<unknown> => {
    const [slot] = await view.stage(id, urls(2, `${id}.example.com`));
    await record(view, await seal(view, slot), end);
    const [leg] = await view.intake.legs(id);
    return leg?.failures[0];
  };
  expect(await failed("int_1", store)).toMatchObject({ code: "Bad.Url", message: "no such page" });
  await putBallast(10 * MB);
  // Other processes, which have not asked Redis yet; one that it does not answer within a second goes on without.
  let others = 1;
  await expect
    .poll(() => failed(`int_${++others}`, store.later(0)))
    .toMatchObject({ code: "Bad.Url", message: "" });
});
