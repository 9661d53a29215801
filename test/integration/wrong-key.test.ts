import type { Credentials } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;
afterEach(() => running.close());

const WRONG: Credentials = {
  kind: "keys",
  accessKeyId: "id",
  accessKeySecret: "a-secret-of-yesterday",
  securityToken: null,
};

function account(what: string): string {
  return `  - { name: acc, ${what}, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: id, accessKeySecret: secret }, hosts: ["*.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 } }\n`;
}

/** Calls that the simulator has answered, whatever it said. */
function calls(): number {
  return running.simulators.ledger
    .stats()
    .flatMap(({ outcomes }) => Object.values(outcomes))
    .reduce((sum, count) => sum + count, 0);
}

async function post(name: string): Promise<readonly string[]> {
  const urls = Array.from({ length: 5 }, (_, i) => `https://img.example.com/${name}/${i}.mp4`);
  const lanes = running.intake.accounts[0]?.limits.lanes;
  const ids = [await running.post({ op: "purge", urls })];
  if (lanes?.["prefetch-url"] !== undefined) ids.push(await running.post({ op: "prefetch", urls }));
  if (lanes?.["purge-directory"] !== undefined)
    ids.push(await running.post({ op: "purge", directories: [`https://img.example.com/all-${name}/`] }));
  return ids;
}

async function stopped(ids: readonly string[]): Promise<void> {
  const reasons = async () =>
    (await Promise.all(ids.map(running.receipt))).flatMap(({ waiting }) =>
      waiting.map(({ reason }) => reason),
    );
  await expect.poll(reasons).toEqual(ids.map(() => "stopped"));
}

const shown = async () => (await running.store.accounts())[0]?.stopped ?? null;

// A refusal of the signature may mean the clock: it is signed once more.
describe.each([
  ["provider: alibaba-cdn"],
  ["provider: tencent-cdn"],
  ["provider: tencent-cdn, signature: v2-sha256"],
  ["provider: huawei-vod, region: cn-north-4, projectId: 0a1b2c"],
])("a wrong key at { %s }", (what) => {
  it("costs two calls at most, and a worker that starts with the right one goes on at once, without resume", async () => {
    running = await service(account(what));
    const before = await post("before");
    const worker = await running.startWorker(WRONG);
    await stopped(before);
    const spent = calls();
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(2);
    const after = await post("after");
    await stopped(after);
    expect(calls()).toBe(spent);
    expect(await shown()).not.toBeNull();
    await worker.stop();

    await running.startWorker();
    // Long before the next probe, which is due in 10 minutes.
    await expect.poll(calls).toBeGreaterThan(spent);
    for (const id of [...before, ...after])
      expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    expect(await shown()).toBeNull();
  });
});

it("two workers with different keys: the right one does all the work, and the account is not shown stopped by turns", async () => {
  running = await service(account("provider: alibaba-cdn"));
  await running.startWorker();
  const [first = ""] = await post("first");
  expect(await running.ended(first)).toMatchObject({ state: "confirmed" });
  await running.startWorker(WRONG);
  const seen: string[] = [];
  for (let i = 0; i < 2; i += 1) {
    for (const id of await post(`round-${i}`)) {
      expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
      const now = (await shown()) === null ? "open" : "stopped";
      if (seen.at(-1) !== now) seen.push(now);
    }
  }
  expect(seen.at(-1)).toBe("open");
  expect(seen.length).toBeLessThanOrEqual(3);
});
