import { describe, expect, it } from "vitest";
import type { WireRequest } from "../kernel/index.ts";
import { whyNotAcs3, whyNotRpc } from "./wire-signature.ts";

/** The vendor's published example of version 3 (help page 2593177). */
const PUBLISHED_ACS3: WireRequest = {
  method: "POST",
  path: "/",
  query: "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
  headers: {
    host: "ecs.cn-shanghai.aliyuncs.com",
    "x-acs-action": "RunInstances",
    "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-acs-date": "2023-10-26T10:22:32Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-version": "2014-05-26",
    authorization:
      "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
  },
  body: Buffer.alloc(0),
};

/** The official SDK's request (openapi-core 1.0.8) for URLs with every awkward character, prefetched by query. */
const SDK_PUSH: WireRequest = {
  method: "POST",
  path: "/",
  query:
    "Area=domestic&L2Preload=true&ObjectPath=https%3A%2F%2Fcdn.example.com%2Fa%20b.mp4%0Ahttps%3A%2F%2Fcdn.example.com%2Fc*d~e%2Bf%2525.mp4&WithHeader=%7B%22Accept-Encoding%22%3A%5B%22gzip%22%5D%7D",
  headers: {
    host: "cdn.aliyuncs.com",
    "x-acs-version": "2018-05-10",
    "x-acs-action": "PushObjectCache",
    "x-acs-date": "2026-01-02T03:04:05Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    accept: "application/json",
    "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-acs-credentials-provider": "static_ak",
    authorization:
      "ACS3-HMAC-SHA256 Credential=testAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=223466bfb2ed96ecff84a0d9c656af674ca9aa8b4a1e63ede8cea751a5c3840e",
  },
  body: Buffer.alloc(0),
};

/** The classic example of the old scheme (ECS DescribeRegions, testid/testsecret). */
const PUBLISHED_RPC: WireRequest = {
  method: "GET",
  path: "/",
  query:
    "Timestamp=2016-02-23T12%3A46%3A24Z&Format=XML&AccessKeyId=testid&Action=DescribeRegions&SignatureMethod=HMAC-SHA1&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2014-05-26&SignatureVersion=1.0&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D",
  headers: { host: "ecs.aliyuncs.com" },
  body: Buffer.alloc(0),
};

describe("signature version 3, checked from the wire", () => {
  it("holds for the vendor's published example and for the official SDK's bytes", () => {
    expect(whyNotAcs3(PUBLISHED_ACS3, "YourAccessKeySecret")).toBeNull();
    expect(whyNotAcs3(SDK_PUSH, "testAccessKeySecret")).toBeNull();
  });

  it.each<[string, Partial<WireRequest>]>([
    ["query", { query: SDK_PUSH.query.replace("domestic", "overseas") }],
    ["method", { method: "GET" }],
    ["body", { body: Buffer.from("x=1") }],
    ["action", { headers: { ...SDK_PUSH.headers, "x-acs-action": "RefreshObjectCaches" } }],
    ["host", { headers: { ...SDK_PUSH.headers, host: "cdn.aliyuncs.com:81" } }],
  ])("does not hold for another %s", (_what, change) => {
    expect(whyNotAcs3({ ...SDK_PUSH, ...change }, "testAccessKeySecret")).toBe("mismatch");
  });

  it("is incomplete when a header of the service is not signed", () => {
    const headers = { ...SDK_PUSH.headers, "x-acs-security-token": "t" };
    expect(whyNotAcs3({ ...SDK_PUSH, headers }, "testAccessKeySecret")).toBe("incomplete");
  });
});

describe("RPC signature version 1, checked from the wire", () => {
  it("holds for the vendor's published example, and for nothing else", () => {
    expect(whyNotRpc(PUBLISHED_RPC, "testsecret")).toBeNull();
    expect(whyNotRpc(PUBLISHED_RPC, "other")).toBe("mismatch");
    expect(whyNotRpc({ ...PUBLISHED_RPC, query: `${PUBLISHED_RPC.query}&More=1` }, "testsecret")).toBe(
      "mismatch",
    );
    expect(whyNotRpc({ ...PUBLISHED_RPC, query: "Action=DescribeRegions" }, "testsecret")).toBe("incomplete");
  });

  it("throws on no bytes", () => {
    for (const query of ["%", "%ff=%zz&Signature=%", "=&=&&", "\ud800"]) {
      expect(() => whyNotRpc({ ...PUBLISHED_RPC, query }, "s")).not.toThrow();
      expect(() => whyNotAcs3({ ...SDK_PUSH, query }, "s")).not.toThrow();
    }
  });
});
