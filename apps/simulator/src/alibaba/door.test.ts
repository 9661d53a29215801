import { request } from "node:http";
import { effectiveLimits, type HttpRequest, NO_OVERRIDES } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { afterEach, describe, expect, it } from "vitest";
import { send } from "../../test/send.ts";
import { type Simulators, startSimulatorsOf } from "../kernel/start.ts";
import { handSigned } from "./hand-signed.ts";
import { alibabaSimulator } from "./index.ts";
import { accountOf, batchOf, type PlayedForTest, playAccount, tasksOf, urls } from "./play-accounts.ts";

let sims: Simulators | null = null;
afterEach(async () => {
  await sims?.close();
  sims = null;
});
const play = async (): Promise<PlayedForTest> => {
  const played = await playAccount("alibaba-cdn");
  sims = played.sim;
  return played;
};
const originOf = ({ settings }: PlayedForTest): string => settings.endpoint ?? "";
const batch = batchOf("purge-url", urls(2));

describe("a request that is not from the account", () => {
  const cases: Readonly<Record<string, (signed: HttpRequest) => HttpRequest>> = {
    SignatureDoesNotMatch: (signed) => ({ ...signed, body: `${signed.body}&More=1` }),
    "InvalidAccessKeyId.NotFound": (signed) => {
      const authorization = signed.headers.authorization?.replace("LTAItest", "LTAIother") ?? "";
      return { ...signed, headers: { ...signed.headers, authorization } };
    },
    IncompleteSignature: (signed) => ({
      ...signed,
      headers: { ...signed.headers, "x-acs-extra": "unsigned" },
    }),
  };

  it.each(Object.keys(cases))("is refused as %s, and stops the credential", async (code) => {
    const { encode, sim } = await play();
    const tampered = cases[code]?.(encode(batch));
    if (tampered === undefined) throw new Error("no such case");
    const reply = await send(tampered);
    expect(providers.get("alibaba-cdn")?.decode(reply, batch)).toMatchObject({
      kind: "auth",
      resign: false,
      code,
    });
    expect(sim.accounts[0]?.quota.remaining("url")).toBe(10_000);
  });

  it("is refused when its nonce was used, and when its date is more than 15 minutes off", async () => {
    const { encode, sim } = await play();
    const decode = async (signed: HttpRequest) =>
      providers.get("alibaba-cdn")?.decode(await send(signed), batch);
    const signed = encode(batch);
    expect(await decode(signed)).toMatchObject({ kind: "accepted" });
    expect(await decode(signed)).toMatchObject({ kind: "auth", resign: true, code: "SignatureNonceUsed" });
    // Far from real time, which is good enough a clock, too.
    sim.clock.advance(3_600_000);
    const late = encode(batch);
    sim.clock.advance(15 * 60_000 + 1_000);
    expect(await decode(late)).toMatchObject({
      kind: "auth",
      resign: true,
      code: "InvalidTimeStamp.Expired",
    });
  });

  it.each([
    ["InvalidTimeStamp.Format", { Timestamp: "2026-11-21 09:30:00" }],
    ["InvalidTimeStamp.Expired", { Timestamp: "2020-01-01T00:00:00Z" }],
    ["MissingParameter", { SignatureNonce: "" }],
    ["InvalidSecurityToken.Malformed", { SecurityToken: "of-another" }],
  ])("is refused as %s with %j", async (code, common) => {
    const played = await play();
    const reply = await send(handSigned(originOf(played), "DescribeRefreshQuota", {}, common));
    expect([reply.status, JSON.parse(reply.body)]).toMatchObject([400, { Code: code }]);
  });

  it("is answered in the service's words", async () => {
    const played = await play();
    const { status, body } = await send(
      handSigned(originOf(played), "DescribeRefreshQuota", {}, { AccessKeyId: "x" }),
    );
    expect([status, JSON.parse(body)]).toEqual([
      404,
      {
        RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
        HostId: new URL(originOf(played)).host,
        Code: "InvalidAccessKeyId.NotFound",
        Message: "Specified access key is not found.",
        Recommend: expect.any(String),
      },
    ]);
  });
});

describe("the ways of official clients", () => {
  it("may be a form without a length, in chunks", async () => {
    const { encode } = await play();
    const { url, headers, body } = encode(batch);
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(url, { method: "POST", headers }, (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode);
      });
      outgoing.on("error", reject);
      outgoing.write(body?.slice(0, 20));
      outgoing.end(body?.slice(20));
    });
    expect(status).toBe(200);
  });

  it("may be everything in the query", async () => {
    const played = await play();
    const ObjectPath = ["https://cdn.example.com/a b*.mp4", "https://cdn.example.com/中.mp4"].join("\r\n");
    const reply = await send(
      handSigned(originOf(played), "PushObjectCache", { ObjectPath, Area: "overseas" }),
    );
    expect(JSON.parse(reply.body)).toMatchObject({ PushTaskId: expect.stringMatching(/^\d+$/) });
    expect(played.sim.ledger.since(0, 9)).toMatchObject([{ items: ObjectPath.split("\r\n") }]);
  });
});

describe("task lists", () => {
  const DAY = "2026-01-01T00:00:00Z";
  const between = (StartTime: string, EndTime: string) => ({ StartTime, EndTime });
  const ask = async (played: PlayedForTest, action: string, params: Readonly<Record<string, string>>) => {
    played.sim.clock.advance(201);
    const now = { Timestamp: `${new Date(played.sim.clock.nowMs()).toISOString().slice(0, 19)}Z` };
    return JSON.parse((await send(handSigned(originOf(played), action, params, now))).body) as Readonly<
      Record<string, unknown>
    >;
  };

  it("are filtered and paged", async () => {
    const played = await play();
    tasksOf(await played.submit(batchOf("purge-url", urls(30))));
    tasksOf(await played.submit(batchOf("purge-directory", ["https://b.example.com/"])));
    const page = await ask(played, "DescribeRefreshTasks", {
      ObjectType: "file",
      PageSize: "25",
      PageNumber: "2",
    });
    expect(page).toMatchObject({
      TotalCount: 30,
      PageNumber: 2,
      PageSize: 25,
      Tasks: { CDNTask: { length: 5 } },
    });
    const one = await ask(played, "DescribeRefreshTasks", { ObjectPath: urls(2)[1] ?? "" });
    expect(one).toMatchObject({
      TotalCount: 1,
      Tasks: { CDNTask: [{ Status: "Refreshing", ObjectType: "file" }] },
    });
    const host = await ask(played, "DescribeRefreshTasks", {
      DomainName: "b.example.com",
      ObjectType: "directory",
    });
    expect(host).toMatchObject({ TotalCount: 1 });
    const time = (ms: number) => `${new Date(played.sim.clock.nowMs() + ms).toISOString().slice(0, 19)}Z`;
    const before = { StartTime: time(-7_200_000), EndTime: time(-3_600_000) };
    expect(await ask(played, "DescribeRefreshTasks", before)).toMatchObject({ TotalCount: 0 });
    const around = { StartTime: time(-3_600_000), EndTime: time(3_600_000) };
    expect(await ask(played, "DescribeRefreshTasks", around)).toMatchObject({ TotalCount: 31 });
  });

  it.each([
    ["DescribeRefreshTasks", { PageSize: "101" }, "InvalidParameter"],
    ["DescribeRefreshTasks", { PageSize: "0" }, "InvalidParameter"],
    ["DescribeRefreshTasks", { PageNumber: "0" }, "InvalidParameter"],
    ["DescribeRefreshTasks", { PageNumber: "100001" }, "InvalidParameter"],
    ["DescribeRefreshTasks", { StartTime: DAY }, "MissingTimeParameter"],
    ["DescribeRefreshTasks", between("yesterday", DAY), "InvalidStartTime.Malformed"],
    ["DescribeRefreshTasks", between(DAY, "now"), "InvalidEndTime.Malformed"],
    ["DescribeRefreshTasks", between("2026-01-02T00:00:00Z", DAY), "InvalidEndTime.Mismatch"],
    ["DescribeRefreshTasks", between("2020-01-01T00:00:00Z", DAY), "InvalidStartTime.ValueNotSupported"],
    ["DescribeRefreshTasks", { Status: "Complete" }, "MissingParameter.ObjectType"],
    ["DescribeRefreshTasks", { Status: "Done", ObjectType: "file" }, "InvalidStatus.ValueNotSupported"],
    ["DescribeRefreshTaskById", {}, "MissingParameter"],
    ["DescribeRefreshTaskById", { TaskId: "1,2,3,4,5,6,7,8,9,10,11" }, "InvalidTaskId.Malformed"],
    ["DescribeRefreshTaskById", { TaskId: "x" }, "InvalidTaskId.Malformed"],
    ["RefreshObjectCaches", { ObjectType: "File" }, "MissingParameter"],
    [
      "RefreshObjectCaches",
      { ObjectPath: "https://a.test/", ObjectType: "file" },
      "InvalidObjectType.ValueNotSupported",
    ],
    ["RefreshObjectCaches", { ObjectPath: "https://a.test/", Force: "yes" }, "InvalidParameter"],
    ["PushObjectCache", { ObjectPath: "https://a.test/1", Area: "moon" }, "InvalidParameter"],
    ["PushObjectCache", { ObjectPath: "https://a.test/1", L2Preload: "1" }, "InvalidParameter"],
    ["PushObjectCache", { ObjectPath: "https://a.test/1", QueryHashkey: "1" }, "InvalidParameter"],
    ["PushObjectCache", { ObjectPath: "https://a.test/1", WithHeader: "gzip" }, "InvalidParameter"],
    ["PushObjectCache", { ObjectPath: "https://a.test/1", WithHeader: '{"a":"gzip"}' }, "InvalidParameter"],
    ["RefreshEverything", {}, "InvalidAction.NotFound"],
  ])("and the like refuse %s %j with %s", async (action, params, code) => {
    expect(await ask(await play(), action, params)).toMatchObject({ Code: code });
  });

  it("of a version that is neither product's are no API", async () => {
    const played = await play();
    const reply = await send(
      handSigned(originOf(played), "DescribeRefreshQuota", {}, { Version: "constructor" }),
    );
    expect(JSON.parse(reply.body)).toMatchObject({ Code: "InvalidAction.NotFound" });
  });

  it("tell the quota in texts", async () => {
    const played = await play();
    await played.submit(batchOf("purge-url", urls(30)));
    expect(await ask(played, "DescribeRefreshQuota", {})).toMatchObject({
      UrlQuota: "10000",
      UrlRemain: "9970",
      DirRemain: "100",
      PreloadQuota: "1000",
      RegexRemain: "20",
      IgnoreParamsQuota: "100",
      PreloadEdgeRemain: "20",
      BlockRemain: "300",
    });
  });
});

describe("the CDN and VOD at one address", () => {
  it("are told apart by the API's version, with one key for both", async () => {
    const accounts = (["alibaba-cdn", "alibaba-vod"] as const).map((product) => {
      const settings = accountOf(product);
      const table = providers.get(product)?.table(settings);
      if (table === undefined) throw new Error(`${product} is not registered`);
      return { settings, limits: effectiveLimits(table, NO_OVERRIDES) };
    });
    sims = await startSimulatorsOf([alibabaSimulator], accounts);
    const endpoint = sims.settingsOf("alibaba-vod").endpoint ?? "";
    expect(sims.settingsOf("alibaba-cdn").endpoint).toBe(endpoint);
    await send(handSigned(endpoint, "DescribeRefreshQuota", {}));
    await send(handSigned(endpoint, "DescribeVodRefreshQuota", {}, { Version: "2017-03-21" }));
    expect(sims.ledger.stats().map(({ account, call, outcomes }) => [account, call, outcomes])).toEqual([
      ["alibaba-cdn", "DescribeRefreshQuota", { ok: 1 }],
      ["alibaba-vod", "DescribeVodRefreshQuota", { ok: 1 }],
    ]);
  });
});
