import type { AccountSettings } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { IAM, KEYS, TOKEN } from "../shared/huawei/sample-credentials.ts";
import { huaweiVod } from "./index.ts";
import { settingsWith } from "./sample-account.ts";

const GOOD = settingsWith(KEYS);

function problems(change: Partial<AccountSettings>): readonly string[] {
  return huaweiVod.check({ ...GOOD, ...change }).map(({ path }) => path.join("."));
}

describe("an account of Huawei VOD", () => {
  it("may have keys, a token, or a user of the identity service", () => {
    for (const credentials of [KEYS, TOKEN, IAM]) expect(problems({ credentials })).toEqual([]);
  });

  it("needs a project, which is part of every path", () => {
    expect(problems({ projectId: null })).toEqual(["projectId"]);
    expect(problems({ projectId: "a/../b" })).toEqual(["projectId"]);
  });

  it("needs a region that the service is in, or an endpoint", () => {
    expect(problems({ region: null })).toEqual(["region"]);
    expect(problems({ region: "mars-1" })).toEqual(["region"]);
    expect(problems({ region: null, endpoint: "http://127.0.0.1:9101" })).toEqual([]);
    const [problem] = huaweiVod.check({ ...GOOD, region: "mars-1" });
    expect(problem).toMatchObject({
      value: "mars-1",
      detail: expect.stringContaining("cn-north-4, cn-north-1"),
    });
  });

  it("has all its faults named at once", () => {
    const credentials = { ...IAM, endpoint: "iam.example.com/v3" } as typeof IAM;
    expect(problems({ projectId: "", region: "", credentials })).toEqual([
      "projectId",
      "region",
      "credentials.iam.endpoint",
    ]);
  });
});

describe("a target", () => {
  it("of a media lane is an asset id", () => {
    expect(huaweiVod.whyNot?.("purge-media", "9db42f5e08c15edecd99a98da241994a", GOOD)).toBeNull();
    expect(huaweiVod.whyNot?.("prefetch-media", "https://a.example.com/", GOOD)).toContain("asset id");
    expect(huaweiVod.whyNot?.("purge-url", "https://a.example.com/", GOOD)).toBeNull();
  });
});

describe("options", () => {
  it("are refused one by one, since the calls have none", () => {
    const own = { format: "mp4", speed: 3 };
    const checked = huaweiVod.options("purge-url", { strength: "soft", area: "overseas", own }, GOOD);
    expect(checked.ok ? [] : checked.problems.map(({ path }) => path.join("."))).toEqual([
      "strength",
      "area",
      "huawei-vod.format",
      "huawei-vod.speed",
    ]);
  });
});

describe("encoding", () => {
  it("refuses to drop what a call has no room for", () => {
    const call = { settings: GOOD, nowMs: 0, nonce: "", token: null };
    const batch = { lane: "prefetch-media", items: ["a", "b"], options: {} } as const;
    expect(() => huaweiVod.encode(batch, call)).toThrow("2 asset ids");
  });

  it("sends a token in place of a signature", () => {
    const call = { settings: settingsWith(TOKEN), nowMs: 0, nonce: "", token: null };
    const { headers } = huaweiVod.encode({ lane: "purge-media", items: ["a"], options: {} }, call);
    expect(headers).toEqual({ "content-type": "application/json", "x-auth-token": "MIIexample-fixed-token" });
  });
});
