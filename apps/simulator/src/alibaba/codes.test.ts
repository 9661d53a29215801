import type { Task } from "@purgeline/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchOf, type PlayedForTest, playAccount, progressOf, tasksOf } from "./play-accounts.ts";
import type { Product } from "./read-call.ts";

const PRODUCTS: readonly Product[] = ["alibaba-cdn", "alibaba-vod"];

/** Codes that one product has alone. */
const ONLY_AT: Readonly<Record<string, Product>> = {
  OperationDenied: "alibaba-cdn",
  CdnServiceNotFound: "alibaba-cdn",
  "OperationDenied.Suspended": "alibaba-vod",
  ServiceUnAvailable: "alibaba-vod",
};

/** The pages' error tables: the HTTP status that each code comes with. */
const CODES: Readonly<Record<number, string>> = {
  400: `
    Throttling.User Throttling.Api QuotaPerMinuteExceeded.Refresh TooMany.Refresh
    QuotaExceeded.Refresh SingleRequest.OverLimit InvalidObjectPath.Size.Malformed
    InvalidObjectPath.Malformed ObjectPath.Malformed InvalidObjectType.ValueNotSupported
    InvalidObjectType.Malformed InvalidExtensiveDomain.ValueNotSupported MissingParameter
    IllegalOperationDomain InvalidAccessKeyId.Inactive SignatureDoesNotMatch IncompleteSignature
    SignatureNonceUsed InvalidTimeStamp.Expired InvalidTimeStamp.Format
    InvalidSecurityToken.Malformed InvalidTaskId.Malformed MissingTimeParameter
    MissingParameter.ObjectType InvalidStartTime.Malformed InvalidStartTime.ValueNotSupported
    InvalidEndTime.Malformed InvalidEndTime.Mismatch InvalidStatus.ValueNotSupported InvalidTime`,
  403: `
    PreloadQueueFull IllegalOperation DomainInProtectedMode ServiceBusy SystemUpgrading
    OperationDenied CdnServiceNotFound OperationDenied.Suspended Forbidden Forbidden.RAM
    NoPermission InvalidSecurityToken.Expired`,
  404: `
    InvalidDomain.NotFound InvalidDomain.Offline InvalidAccessKeyId.NotFound`,
  429: `
    TooManyRequests`,
  500: `
    InvalidDomain.Configure_failed InternalError`,
  503: `
    Throttling ServiceUnavailable ServiceUnAvailable`,
};
const TABLE = Object.entries(CODES).flatMap(([status, codes]) =>
  codes
    .trim()
    .split(/\s+/)
    .map((code) => [code, Number(status)] as const),
);
const ITEM: Readonly<Record<Product, { readonly lane: "purge-url" | "purge-media"; readonly item: string }>> =
  {
    "alibaba-cdn": { lane: "purge-url", item: "https://cdn.example.com/1" },
    "alibaba-vod": { lane: "purge-media", item: "m1" },
  };

/** As a person at the control API does. */
async function inject({ settings }: PlayedForTest, fault: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return await fetch(`${settings.endpoint}/_sim/faults`, {
    method: "POST",
    headers,
    body: JSON.stringify(fault),
  });
}

describe.each(PRODUCTS)("the codes of %s", (product) => {
  const own = TABLE.filter(([code]) => (ONLY_AT[code] ?? product) === product);
  const { lane, item } = ITEM[product];
  const batch = batchOf(lane, [item]);
  let played: PlayedForTest;
  let tasks: readonly [Task, ...Task[]];
  beforeAll(async () => {
    played = await playAccount(product);
    tasks = tasksOf(await played.submit(batch));
  });
  afterAll(async () => {
    await played.sim.close();
  });

  it.each(own)("%s can be provoked at a submit and at a query, with HTTP %i", async (code, status) => {
    // Out of the second of the test before.
    played.sim.clock.advance(1_001);
    expect((await inject(played, { kind: "code", code, times: 2 })).status).toBe(201);
    const reply = await played.send(played.encode(batch));
    expect([reply.status, JSON.parse(reply.body)]).toEqual([
      status,
      {
        RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
        HostId: new URL(played.settings.endpoint ?? "").host,
        Code: code,
        Message: expect.stringMatching(/^\S.*\S$/),
        Recommend: expect.stringContaining(code),
      },
    ]);
    // Known to the adapter, which takes what it does not know for ambiguous.
    expect(await played.poll(tasks)).toMatchObject({ code, kind: expect.not.stringMatching("ambiguous") });
    expect(progressOf(await played.poll(tasks))).toHaveLength(1);
    const spent = played.sim.accounts[0]?.quota.report().find((entry) => entry.class === "url");
    expect(spent?.used).toBe(1);
  });

  it("are those of the tables, and the platform's own for a wrong value or operation", async () => {
    const listed = new Set(played.sim.accounts[0]?.codes);
    const platform = ["InvalidParameter", "InvalidAction.NotFound"];
    expect(listed).toEqual(new Set([...own.map(([code]) => code), ...platform]));
    const other = product === "alibaba-cdn" ? "OperationDenied.Suspended" : "CdnServiceNotFound";
    const refused = await inject(played, { kind: "code", code: other });
    const reason = expect.stringContaining("QuotaExceeded.Refresh");
    expect([refused.status, await refused.text()]).toEqual([400, reason]);
  });
});
