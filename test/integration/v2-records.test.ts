import type { Json } from "@purgeline/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;

/** Tencent's v2 accounts, each at an address of its own, so that each test has one to itself. */
const NAMES = ["slow", "kinds", "areas", "other"] as const;
type Name = (typeof NAMES)[number];
const ACCOUNTS = NAMES.map(
  (name, index) =>
    `  - { name: ${name}, provider: tencent-cdn, signature: v2-sha256, endpoint: "http://127.0.0.${index + 1}:0", credentials: { accessKeyId: some-key-id, accessKeySecret: some-key-secret }, hosts: ["*.${name}.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 }, limits: { pollEveryMs: 1000 } }\n`,
).join("");

beforeAll(async () => {
  running = await service(ACCOUNTS, { completeMs: 500 });
  await running.startWorker();
});
afterAll(() => running.close());

const of = (name: Name, path: string): string => `https://www.${name}.example.com/${path}`;
const abroad = { options: { area: "overseas" } };
const purge = (body: Readonly<Record<string, Json>>): Promise<string> =>
  running.post({ op: "purge", ...body });

/** The provider has it. */
async function submitted(id: string): Promise<void> {
  await expect
    .poll(async () => (await running.receipt(id)).counts.submitted, { timeout: 60_000, interval: 20 })
    .toBe(1);
}

function submits(account: Name): readonly (readonly [string | null, string])[] {
  return running.simulators.ledger
    .since(0, 1000)
    .filter(({ account: name, call }) => name === account && call?.startsWith("Refresh"))
    .map(({ call, outcome }) => [call, outcome]);
}

describe("records that only their time tells", () => {
  it.concurrent("are found when the answer to the submit was slow, wherever the time went", async () => {
    // A new credential is tried by one call at a time, and slow ones would queue for that.
    await submitted(await purge({ urls: [of("slow", "first.css")] }));
    // Long enough to be missed by a window of two seconds, with room in the call's time-out for a busy machine.
    const slow = { account: "slow", ms: 4000 };
    running.simulators.faults.add({ ...slow, kind: "latency", call: "RefreshCdnDir" });
    running.simulators.faults.add({ ...slow, kind: "slow-call", call: "RefreshCdnOverSeaUrl" });
    running.simulators.faults.add({ ...slow, kind: "latency", call: "RefreshCdnOverSeaDir" });
    const bodies = [
      { directories: [of("slow", "a/")] },
      { urls: [of("slow", "a/b.css")], ...abroad },
      { directories: [of("slow", "c/")], ...abroad },
    ];
    const ended = await Promise.all(bodies.map(async (body) => running.ended(await purge(body))));
    expect(ended.map(({ state }) => state)).toEqual(["confirmed", "confirmed", "confirmed"]);
  });

  it.concurrent.each([
    ["hard", "soft"],
    ["soft", "hard"],
  ])("of a %s purge tell nothing of the %s purge of the same directory after it", async (first, second) => {
    const directories = [of("kinds", `${first}/`)];
    const before = await purge({ directories, options: { strength: first } });
    await submitted(before);
    running.simulators.faults.add({ kind: "fail-items", account: "kinds", match: `/${first}/`, times: 1 });
    const after = await purge({ directories, options: { strength: second } });
    expect(await running.ended(before)).toMatchObject({ state: "confirmed" });
    expect(await running.ended(after)).toMatchObject({ state: "failed" });
  });

  it.concurrent.each([
    ["both purges", "areas", ["RefreshCdnUrl", "RefreshCdnOverSeaUrl"]],
    ["one of the purges", "other", ["RefreshCdnUrl"]],
  ] as const)(
    "are found in each area's log when the answers to %s of a URL were lost",
    async (_, account, lost) => {
      for (const call of lost) running.simulators.faults.add({ kind: "drop-reply", account, call, times: 1 });
      const urls = [of(account, "a.css")];
      const ids = await Promise.all([purge({ urls }), purge({ urls, ...abroad })]);
      for (const id of ids) expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
      const outcomeOf = (call: string) => (lost.some((each) => each === call) ? "fault:drop-reply" : "ok");
      const sent = ["RefreshCdnOverSeaUrl", "RefreshCdnUrl"].map((call) => [call, outcomeOf(call)]);
      expect(submits(account).toSorted()).toEqual(sent);
    },
  );
});
