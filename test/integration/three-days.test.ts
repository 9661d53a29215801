import { dayStarts, type Limits } from "@purgeline/core";
import { afterEach, expect, it } from "vitest";
import { type VirtualDays, virtualDays } from "./virtual-days.ts";

const HOUR = 3_600_000;
const ZONE = "Asia/Shanghai";
/** Three whole days, and the instants at which they begin. */
const [, , first = 0, second = 0, third = 0, over = 0] = dayStarts(ZONE, Date.now(), 1, 5);
const DAYS = [first, second, third];
const GUARD_MS = 11_000;
const AHEAD_MS = 3_000;

const account = (name: string, quota: string, more = "") =>
  `  - { name: ${name}, provider: alibaba-cdn, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: ${name}-id, accessKeySecret: secret }, hosts: ["*.${name}.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 }, quota: { ${quota} }, limits: { lanes: { purge-url: { batch: 5 } }, calls: { RefreshObjectCaches: { perSecond: 2 } } }${more} }\n`;

let days: VirtualDays;
afterEach(() => days.close());

let posted = 0;
const urls = (name: string, count: number): readonly string[] => {
  posted += 1;
  return Array.from({ length: count }, (_, i) => `https://www.${name}.example.com/${posted}/${i}`);
};
const purge = (name: string, count: number, more = {}): Promise<string> =>
  days.post({ op: "purge", urls: urls(name, count), ...more });

/** What the provider took on of an account's refreshes, by its own ledger. */
function taken(name: string) {
  const entries = days.simulators.ledger.since(0, 100_000);
  return entries
    .filter((entry) => entry.account === name && entry.call === "RefreshObjectCaches")
    .map((entry) => ({ ...entry, atMs: Date.parse(entry.receivedAt), units: entry.accepted.length }));
}

/** Units of each of the three days, by the provider's clock. */
const spentByDay = (name: string): readonly number[] =>
  DAYS.map((start, day) =>
    taken(name)
      .filter(({ atMs }) => atMs >= start && atMs < (DAYS[day + 1] ?? over))
      .reduce((sum, { units }) => sum + units, 0),
  );

it("over three days a quota is spent to its last unit and never beyond it, whatever comes in between", async () => {
  let aheadMs = AHEAD_MS;
  days = await virtualDays(
    `accounts:\n${account("own", "url: 60, reserveForUrgent: 10")}${account("shared", "url: 40")}${account("edge", "url: 30")}`,
    {
      startMs: first + HOUR,
      providerAheadMs: () => aheadMs,
      // Alone Purgeline's own ledger keeps these two from more: the provider would take it.
      played: (name, limits): Limits =>
        name === "shared" ? limits : { ...limits, quotas: { ...limits.quotas, url: 1_000 } },
    },
  );
  const own: string[] = [];
  for (const [day, start] of DAYS.entries()) {
    const end = DAYS[day + 1] ?? over;
    for (let hour = day === 0 ? 2 : 1; hour <= 20; hour += 3) {
      own.push(await purge("own", 10));
      if (hour <= 5) await purge("shared", 15);
      // Somebody at the provider's console, known of at the next round of figures.
      if (hour <= 2)
        days.simulators.accounts.find(({ settings }) => settings.name === "shared")?.quota.spend("url", 20);
      await days.to(start + hour * HOUR);
      await days.to(start + hour * HOUR + 10 * 60_000);
    }
    // The day is spent but for the reserve, which an urgent intent gets at once.
    const urgent = await purge("own", 6, { priority: "urgent" });
    await days.to(start + 22 * HOUR);
    await days.to(start + 22 * HOUR + 60_000);
    expect(await days.receipt(urgent)).toMatchObject({ state: "confirmed" });
    const [waiting] = (await days.receipt(own.at(-1) ?? "")).waiting;
    expect(waiting).toMatchObject({ reason: "quota" });
    const untilMs = Date.parse(waiting?.until ?? "");
    // The provider's Date tells whole seconds: never too early, and three of them too late at most.
    expect(untilMs).toBeGreaterThanOrEqual(end + GUARD_MS - AHEAD_MS);
    expect(untilMs).toBeLessThanOrEqual(end + GUARD_MS - AHEAD_MS + 3_000);

    // Its clock has moved on since it last told the time: what we send before the reset it gets after it.
    aheadMs = 8_000;
    await purge("edge", 40);
    await days.to(end - 7_000);
    const spent = taken("own").length;
    await days.to(end - 4_000);
    expect(taken("own")).toHaveLength(spent);
    // One definite refusal of a whole batch costs nothing of the new day.
    days.simulators.faults.add({
      kind: "code",
      code: "InvalidObjectPath.Malformed",
      account: "own",
      call: "RefreshObjectCaches",
      times: 1,
    });
    await days.to(untilMs + 100);
    expect(taken("own").length).toBeGreaterThan(spent);
    await days.to(end + HOUR / 2);
    aheadMs = AHEAD_MS;
  }
  await days.to(over + HOUR);

  expect(spentByDay("own")).toEqual([56, 56, 56]);
  expect(spentByDay("shared")).toEqual([20, 20, 20]);
  expect(spentByDay("edge")).toEqual([0, 30, 30]);
  expect(taken("shared").filter(({ outcome }) => outcome !== "ok")).toEqual([]);
  // The first second of a day is as full as any other.
  for (const name of ["own", "shared", "edge"]) {
    const calls = taken(name);
    expect(calls.filter(({ overRate }) => overRate)).toEqual([]);
    for (const [at, { atMs }] of calls.entries())
      expect(atMs - (calls[at - 2]?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
  }
});
