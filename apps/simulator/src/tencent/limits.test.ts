import type { BatchContent, CallName, QuotaClass } from "@purgeline/core";
import { decideQuota, quotasOf } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { describe, expect, it } from "vitest";
import { createStage } from "../../test/tencent-stage.ts";
import { signedForm, tc3Get } from "./hand-signed.ts";
import { type PlayedForTest, urlBatch } from "./play-account.ts";

const play = createStage();

/** One call of each kind, by the adapter; what it comes to. */
const API3_CALLS: Readonly<Record<CallName, (played: PlayedForTest) => Promise<{ readonly kind: string }>>> =
  {
    PurgeUrlsCache: ({ submit }) => submit(urlBatch(1)),
    PurgePathCache: ({ submit }) => submit(urlBatch(1, "purge-directory")),
    PushUrlsCache: ({ submit }) => submit(urlBatch(1, "prefetch-url")),
    DescribePurgeTasks: ({ poll }) => poll({ call: "DescribePurgeTasks", id: "t" }),
    DescribePushTasks: ({ poll }) => poll({ call: "DescribePushTasks", id: "t" }),
    DescribePurgeQuota: ({ quota }) => quota("DescribePurgeQuota"),
    DescribePushQuota: ({ quota }) => quota("DescribePushQuota"),
  };

const V2_CALLS: typeof API3_CALLS = {
  RefreshCdnUrl: ({ submit }) => submit(urlBatch(1)),
  RefreshCdnDir: ({ submit }) => submit(urlBatch(1, "purge-directory")),
  GetCdnRefreshLog: ({ poll }) => poll({ call: "GetCdnRefreshLog", id: "t" }),
  GetCdnOverseaRefreshLog: ({ poll }) =>
    poll({ call: "GetCdnOverseaRefreshLog", id: "t", state: { sinceMs: 0, type: "0", date: today() } }),
};

function today(): string {
  return new Date(Date.now() + 28_800_000).toISOString().slice(0, 10).replaceAll("-", "");
}

const rates = [
  ...Object.entries(API3_CALLS).map(
    ([call, act]) => ["tc3", call, { perSecond: 1 }, "RequestLimitExceeded", act] as const,
  ),
  ...Object.entries(V2_CALLS).map(
    ([call, act]) => ["v2-sha256", call, { perMinute: 1 }, "4400", act] as const,
  ),
];

describe("the rate of a call", () => {
  it.each(rates)("of %s holds for %s", async (signature, call, limit, code, act) => {
    const played = await play({ signature }, { calls: { [call]: limit } });
    expect((await act(played)).kind).not.toBe("throttled");
    expect(await act(played)).toMatchObject({ kind: "throttled", code });
    played.sim.clock.advance(60_000);
    expect((await act(played)).kind).not.toBe("throttled");
  });

  it("is that of the tables for every call that the adapter makes", async () => {
    for (const [signature, calls] of [
      ["tc3", API3_CALLS],
      ["v2-sha1", V2_CALLS],
    ] as const) {
      const { sim } = await play({ signature });
      expect(Object.keys(sim.accounts[0]?.limits.calls ?? {}).toSorted()).toEqual(
        Object.keys(calls).toSorted(),
      );
    }
  });
});

describe("the quota of a day", () => {
  const area = (Area: string) => ({ Area });
  it.each<[string, QuotaClass, BatchContent["lane"], BatchContent["options"]]>([
    ["tc3", "url", "purge-url", {}],
    ["tc3", "url@overseas", "purge-url", area("overseas")],
    ["tc3", "directory", "purge-directory", {}],
    ["tc3", "directory@overseas", "purge-directory", area("overseas")],
    ["tc3", "prefetch", "prefetch-url", {}],
    ["tc3", "prefetch@overseas", "prefetch-url", area("overseas")],
    ["v2-sha1", "url", "purge-url", {}],
    ["v2-sha1", "url@overseas", "purge-url", area("overseas")],
    ["v2-sha1", "directory", "purge-directory", {}],
    ["v2-sha1", "directory@overseas", "purge-directory", area("overseas")],
  ])(
    "of %s for %s is refused when it is spent, and back at midnight in Beijing",
    async (signature, name, lane, options) => {
      const { sim, submit } = await play({ signature }, { quotas: { [name]: 2 } });
      const batch = { ...urlBatch(2, lane), options };
      expect((await submit(batch)).kind).toBe("accepted");
      // What a purge without an area spends, the account says and not the refusal.
      const isSaid = lane === "prefetch-url" || options.Area !== undefined;
      const refused = { kind: "quota", class: isSaid ? name : null };
      expect(await submit({ ...urlBatch(1, lane), options })).toMatchObject(refused);
      sim.clock.advance(86_400_000);
      expect((await submit(batch)).kind).toBe("accepted");
    },
  );

  it.each([
    ["url", "purge-url"],
    ["directory", "purge-directory"],
  ] as const)(
    "of %s overseas is what a purge without an area spends, where the account says so",
    async (name, lane) => {
      const abroad = `${name}@overseas`;
      const quotas = { [name]: 1, [abroad]: 2 };
      const { submit, figures, settings } = await play({ own: { area: "overseas" } }, { quotas });
      expect((await submit(urlBatch(2, lane))).kind).toBe("accepted");
      const refused = await submit(urlBatch(1, lane));
      if (refused.kind !== "quota") throw new Error(`expected a spent quota, got ${JSON.stringify(refused)}`);
      const spec = providers.get("tencent-cdn")?.table(settings).lanes[lane];
      const facts = {
        quotas: spec === undefined ? [] : quotasOf(spec, {}),
        units: 1,
        told: await figures(),
      };
      const spent = [{ class: abroad, remaining: 0 }];
      expect(decideQuota(refused, facts)).toMatchObject({ hold: { scope: "quota", spent } });
      expect((await submit({ ...urlBatch(1, lane), options: area("mainland") })).kind).toBe("accepted");
      expect((await submit(urlBatch(1, "prefetch-url"))).kind).toBe("accepted");
    },
  );

  it.each(["prefetch", "prefetch@overseas"])("of either area stops a push to both: %s", async (name) => {
    const { submit } = await play({}, { quotas: { [name]: 1 } });
    const global = { ...urlBatch(1, "prefetch-url"), options: area("global") };
    expect((await submit(global)).kind).toBe("accepted");
    expect(await submit(global)).toMatchObject({ kind: "quota", class: null });
  });
});

describe("the size of a request", () => {
  it("of API 3.0 with signed parameters is 1 MB", async () => {
    const { settings, send, sim } = await play();
    const host = new URL(settings.endpoint ?? "").host;
    const codeOf = async (bytes: number) => {
      const fields = {
        Action: "PurgeUrlsCache",
        Version: "2018-06-06",
        SecretId: "AKIDtest",
        Nonce: "1",
        Timestamp: String(Math.floor(sim.clock.nowMs() / 1_000)),
        SignatureMethod: "HmacSHA256",
        "Urls.0": `https://cdn.example.com/${"x".repeat(bytes)}`,
      };
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const body = signedForm("POST", `${host}/`, fields);
      const reply = await send({ method: "POST", url: `http://${host}/`, headers, body });
      return JSON.parse(reply.body).Response.Error?.Code ?? "ok";
    };
    expect(await codeOf(1_000)).toBe("ok");
    expect(await codeOf(1_000_000)).toBe("RequestSizeLimitExceeded");
  });

  it("of a GET is 32 KB", async () => {
    const { settings, send, sim } = await play();
    const codeOf = async (bytes: number) => {
      const request = tc3Get(
        settings,
        "DescribePurgeTasks",
        { TaskId: "x".repeat(bytes) },
        sim.clock.nowMs(),
      );
      return JSON.parse((await send(request)).body).Response.Error?.Code ?? "ok";
    };
    expect(await codeOf(32_000)).toBe("ok");
    expect(await codeOf(33_000)).toBe("RequestSizeLimitExceeded");
  });
});
