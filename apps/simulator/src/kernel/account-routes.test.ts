import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { control } from "../../test/send.ts";
import { toyAccount, toyKind } from "../../test/toy-provider.ts";
import { type Simulators, startSimulatorsOf } from "./start.ts";

let simulators: Simulators;
let origin: string;
beforeEach(async () => {
  simulators = await startSimulatorsOf([toyKind], [toyAccount("a"), toyAccount("b")]);
  origin = simulators.settingsOf("a").endpoint ?? "";
});
afterEach(() => simulators.close());

async function work(account: string, items: readonly string[] = ["1"]): Promise<number> {
  const init = { method: "POST", headers: { "x-account": account }, body: JSON.stringify(items) };
  return (await fetch(`${origin}/Work`, init)).status;
}

describe("what a provider grants", () => {
  it("can be lowered and raised under way, for one account", async () => {
    expect(await work("a")).toBe(202);
    const lowered = await control(origin, "POST", "limits", {
      account: "a",
      calls: { Work: { perMinute: 1 } },
    });
    expect(lowered).toEqual({
      status: 200,
      json: {
        account: "a",
        lanes: {},
        calls: { Work: { perSecond: 3, perMinute: 1, timeoutMs: 1_000 } },
        quota: { url: 4 },
      },
    });
    expect([await work("a"), await work("b")]).toEqual([429, 202]);
    await control(origin, "POST", "limits", {
      account: "a",
      calls: { Work: { perSecond: 9, perMinute: 9 } },
      quota: { url: 2 },
    });
    expect([await work("a", ["2", "3"]), await work("a", ["2"])]).toEqual([403, 202]);
    expect((await control(origin, "GET", "limits")).json).toMatchObject({
      accounts: [
        { account: "a", quota: { url: 2 } },
        { account: "b", quota: { url: 4 } },
      ],
    });
  });

  it("can be spent by others", async () => {
    const spent = await control(origin, "POST", "quota", { account: "a", class: "url", spend: 3 });
    expect(spent).toMatchObject({ status: 200, json: { account: "a", quotas: [{ used: 3, remaining: 1 }] } });
    expect([await work("a", ["1", "2"]), await work("a"), await work("b", ["1", "2"])]).toEqual([
      403, 202, 202,
    ]);
  });

  it.each([
    ["limits", { account: "z" }, 404, 'account "z" is not played here; there is a, b'],
    ["quota", { account: "z", class: "url", spend: 1 }, 404, 'account "z" is not played here'],
    ["quota", { account: "a", class: "ulr", spend: 1 }, 400, 'class is "ulr": must be one of url'],
    ["quota", { account: "a", class: "url", spend: 0 }, 400, "/spend is 0: must be >= 1"],
    [
      "limits",
      { account: "a", lanes: { "purge-url": { batch: 1 } }, calls: { Wrok: { perSecond: 1 } } },
      400,
      "body/lanes/purge-url: must be one of ; body/calls/Wrok: must be one of Work",
    ],
    ["limits", { account: "a", quota: { ulr: 1 } }, 400, "body/quota/ulr: must be one of url"],
    ["limits", { account: "a", calls: { Work: { perSecond: 0 } } }, 400, "/perSecond is 0: must be >= 1"],
    [
      "limits",
      { account: "a", calls: { Work: { persecond: 1 } } },
      400,
      "must NOT have additional properties: persecond",
    ],
  ])("changes nothing at %s %j", async (path, body, status, message) => {
    const refused = await control(origin, "POST", path, body);
    expect(refused).toEqual({
      status,
      json: expect.objectContaining({ message: expect.stringContaining(message) }),
    });
    expect(simulators.accounts.map(({ limits, quota }) => [limits.calls, quota.report()[0]?.used])).toEqual([
      [{ Work: { perSecond: 3, perMinute: 5, timeoutMs: 1_000 } }, 0],
      [{ Work: { perSecond: 3, perMinute: 5, timeoutMs: 1_000 } }, 0],
    ]);
  });
});
