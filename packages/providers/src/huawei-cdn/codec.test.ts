import type { Failure, IntentOptions, Lane } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { readFixtures } from "../shared/huawei/fixture-cases.ts";
import { IAM, KEYS } from "../shared/huawei/sample-credentials.ts";
import { huaweiCdn } from "./index.ts";
import { settingsWith } from "./sample-account.ts";

const call = { settings: settingsWith(KEYS), nowMs: 0, nonce: "", token: null };

describe("a call as the provider's pages show it", () => {
  it.each(readFixtures(new URL("./fixtures/", import.meta.url)))(
    "$name is asked so, and means what its name says",
    ({ name, batch, request, reply }) => {
      const { method, url, body } = huaweiCdn.encode(batch, call);
      expect({ method, path: new URL(url).pathname, body: JSON.parse(body ?? "") }).toEqual(request);
      const outcome = huaweiCdn.decode(reply, batch);
      expect(outcome.kind).toBe(name.split("-")[0]);
      if (outcome.kind === "quota") expect(outcome.class).toBe("url");
    },
  );

  it("names the account in a header that signs, and the enterprise project where there is one", () => {
    const batch = { lane: "purge-url", items: ["https://a.example.com/"], options: {} } as const;
    const settings = settingsWith(KEYS, { domainId: "d1", enterpriseProjectId: "all" });
    const sent = huaweiCdn.encode(batch, { ...call, settings });
    expect(sent.url).toBe(
      "https://cdn.myhuaweicloud.com/v1.0/cdn/content/refresh-tasks?enterprise_project_id=all",
    );
    expect(sent.headers).toMatchObject({
      "x-domain-id": "d1",
      authorization: expect.stringContaining("SignedHeaders=content-type;host;x-domain-id;x-sdk-date,"),
    });
  });

  it("logs in for the account, not for a project", () => {
    const { body } = huaweiCdn.login?.encode(settingsWith(IAM)) ?? { body: null };
    expect(JSON.parse(body ?? "")).toMatchObject({
      auth: { scope: { domain: { id: "d0a1b2c3d4e5f6071829" } } },
    });
  });
});

describe("an error of the CDN's", () => {
  it.each<[string, Failure["kind"]]>([
    ["CDN.0004", "auth"],
    ["CDN.0005", "poisoned"],
    ["CDN.0020", "auth"],
    ["CDN.0021", "auth"],
    ["CDN.0101", "refused"],
    ["CDN.0105", "poisoned"],
    ["CDN.0106", "poisoned"],
    ["CDN.0108", "poisoned"],
    ["CDN.0110", "poisoned"],
    ["CDN.0114", "auth"],
    ["APIG.0101", "refused"],
    ["APIGW.0307", "auth"],
    ["constructor", "ambiguous"],
  ])("%s is %s, inside error or flat, whatever the status", (code, kind) => {
    const batch = {
      lane: "purge-url",
      items: ["https://a.example.com/1", "https://a.example.com/2"],
      options: {},
    } as const;
    const error = { error_code: code, error_msg: "words" };
    for (const status of [200, 403]) {
      for (const body of [{ error }, error]) {
        const reply = { status, headers: { "x-request-id": "r-1" }, body: JSON.stringify(body) };
        expect(huaweiCdn.decode(reply, batch)).toMatchObject({
          kind,
          code,
          message: "words",
          requestId: "r-1",
        });
      }
    }
  });

  it("about a limit is the day's, doubtful where it could be the batch's, once one URL is left", () => {
    const batch = { lane: "purge-directory", items: ["https://a.example.com/1/"], options: {} } as const;
    const decode = (error_msg: string) =>
      huaweiCdn.decode(
        { status: 200, headers: {}, body: JSON.stringify({ error_code: "CDN.0110", error_msg }) },
        batch,
      );
    expect(decode("no quota left")).toMatchObject({ kind: "quota", class: "directory", doubtful: false });
    expect(decode("too many")).toMatchObject({ kind: "quota", class: "directory", doubtful: true });
  });
});

describe("options", () => {
  const none: IntentOptions = { strength: null, area: null, own: null };
  const check = (lane: Lane, given: Partial<IntentOptions>) => {
    const checked = huaweiCdn.options(lane, { ...none, ...given }, call.settings);
    return checked.ok
      ? checked.value
      : checked.problems.map(({ path, detail }) => `${path.join(".")} ${detail}`);
  };

  it("make a directory's purge soft, and nothing else's", () => {
    expect(check("purge-directory", { strength: "soft" })).toEqual({ mode: "detect_modify_refresh" });
    expect(check("purge-url", { strength: "soft" })).toEqual([
      "strength strength: expected hard: purge-url has no soft way",
    ]);
  });

  it("encode Chinese characters on demand, with no as the default", () => {
    expect(check("prefetch-url", { own: { zhUrlEncode: true } })).toEqual({ zh_url_encode: true });
    expect(check("prefetch-url", { own: { zhUrlEncode: false } })).toEqual({});
  });

  it("are refused all at once, the allowed values named", () => {
    expect(check("purge-url", { area: "overseas", own: { zhUrlEncode: "yes", mode: "all" } })).toEqual([
      "area area: expected nothing: huawei-cdn serves all areas at once",
      "huawei-cdn.zhUrlEncode zhUrlEncode: expected true or false",
      "huawei-cdn.mode mode: huawei-cdn has no such option; expected zhUrlEncode or nothing",
    ]);
  });
});

describe("an account of the CDN", () => {
  const problems = (own: Record<string, string>, region: string | null = null) =>
    huaweiCdn.check({ ...settingsWith(KEYS, own), region }).map(({ path }) => path.join("."));

  it("needs the account's id, and may name a region and an enterprise project", () => {
    expect(problems({})).toEqual(["settings.domainId"]);
    expect(problems({ domainId: "d", enterpriseProjectId: "all" }, "eu-west-101")).toEqual([]);
    expect(problems({ domainId: "a.b", enterpriseProjectId: "x.y" }, "cn-north-4")).toEqual([
      "region",
      "settings.domainId",
      "settings.enterpriseProjectId",
    ]);
  });
});
