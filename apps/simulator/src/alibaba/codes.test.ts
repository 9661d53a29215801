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

type Row = readonly [code: string, status: number, kind: string];

/** The pages' error tables: the code, the HTTP status that it comes with, what the adapter makes of it. */
const TABLE: readonly Row[] = [
  ["Throttling", 503, "throttled"],
  ["Throttling.User", 400, "throttled"],
  ["Throttling.Api", 400, "throttled"],
  ["TooManyRequests", 429, "throttled"],
  ["QuotaPerMinuteExceeded.Refresh", 400, "throttled"],
  ["TooMany.Refresh", 400, "throttled"],
  ["PreloadQueueFull", 403, "quota"],
  ["QuotaExceeded.Refresh", 400, "quota"],
  ["SingleRequest.OverLimit", 400, "poisoned"],
  ["InvalidObjectPath.Size.Malformed", 400, "poisoned"],
  ["InvalidObjectPath.Malformed", 400, "poisoned"],
  ["ObjectPath.Malformed", 400, "poisoned"],
  ["InvalidObjectType.ValueNotSupported", 400, "refused"],
  ["InvalidObjectType.Malformed", 400, "refused"],
  ["InvalidExtensiveDomain.ValueNotSupported", 400, "poisoned"],
  ["MissingParameter", 400, "refused"],
  ["InvalidDomain.NotFound", 404, "poisoned"],
  ["InvalidDomain.Offline", 404, "poisoned"],
  ["IllegalOperation", 403, "poisoned"],
  ["IllegalOperationDomain", 400, "poisoned"],
  ["DomainInProtectedMode", 403, "poisoned"],
  ["ServiceBusy", 403, "transient"],
  ["SystemUpgrading", 403, "transient"],
  ["InvalidDomain.Configure_failed", 500, "transient"],
  ["InternalError", 500, "transient"],
  ["ServiceUnavailable", 503, "transient"],
  ["ServiceUnAvailable", 503, "transient"],
  ["OperationDenied", 403, "auth"],
  ["CdnServiceNotFound", 403, "auth"],
  ["OperationDenied.Suspended", 403, "auth"],
  ["Forbidden", 403, "auth"],
  ["Forbidden.RAM", 403, "auth"],
  ["NoPermission", 403, "auth"],
  ["InvalidAccessKeyId.NotFound", 404, "auth"],
  ["InvalidAccessKeyId.Inactive", 400, "auth"],
  ["SignatureDoesNotMatch", 400, "auth"],
  ["IncompleteSignature", 400, "auth"],
  ["SignatureNonceUsed", 400, "auth"],
  ["InvalidTimeStamp.Expired", 400, "auth"],
  ["InvalidTimeStamp.Format", 400, "auth"],
  ["InvalidSecurityToken.Expired", 403, "auth"],
  ["InvalidSecurityToken.Malformed", 400, "auth"],
  ["InvalidTaskId.Malformed", 400, "poisoned"],
  ["MissingTimeParameter", 400, "refused"],
  ["MissingParameter.ObjectType", 400, "refused"],
  ["InvalidStartTime.Malformed", 400, "refused"],
  ["InvalidStartTime.ValueNotSupported", 400, "refused"],
  ["InvalidEndTime.Malformed", 400, "refused"],
  ["InvalidEndTime.Mismatch", 400, "refused"],
  ["InvalidStatus.ValueNotSupported", 400, "refused"],
  ["InvalidTime", 400, "refused"],
];
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

  it.each<Row>(own)(
    "%s can be provoked at a submit and at a query, with HTTP %i",
    async (code, status, kind) => {
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
      expect(await played.poll(tasks)).toMatchObject({ kind, code });
      expect(progressOf(await played.poll(tasks))).toHaveLength(1);
      const spent = played.sim.accounts[0]?.quota.report().find((entry) => entry.class === "url");
      expect(spent?.used).toBe(1);
    },
  );

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
