import { describe, expect, it } from "vitest";
import { IAM } from "../shared/huawei/sample-credentials.ts";
import { huaweiVod } from "./index.ts";
import { settingsWith } from "./sample-account.ts";

const { login } = huaweiVod;
if (login === undefined) throw new Error("a user can log in");
const { encode: encodeLogin, decode: decodeLogin } = login;

const reply = (status: number, body: unknown, headers = {}) => ({
  status,
  headers,
  body: JSON.stringify(body),
});

describe("a login", () => {
  it("asks for a token of the project, by user and password", () => {
    const { url, method, body } = encodeLogin(settingsWith(IAM));
    expect(`${method} ${url}`).toBe("POST https://iam.cn-north-4.myhuaweicloud.com/v3/auth/tokens");
    expect(JSON.parse(body ?? "")).toEqual({
      auth: {
        identity: {
          methods: ["password"],
          password: {
            user: { name: "purger", password: "example-password", domain: { name: "example-domain" } },
          },
        },
        scope: { project: { id: "0a1b2c3d4e5f60718293a4b5c6d7e8f9" } },
      },
    });
  });

  it("asks for one by a key pair in place of the user", () => {
    const { endpoint } = IAM as { endpoint: string };
    const keys = { kind: "iam", endpoint, accessKeyId: "AK", accessKeySecret: "SK" } as const;
    expect(JSON.parse(encodeLogin(settingsWith(keys)).body ?? "")).toEqual({
      auth: {
        identity: { methods: ["hw_ak_sk"], hw_ak_sk: { access: { key: "AK" }, secret: { key: "SK" } } },
        scope: { project: { id: "0a1b2c3d4e5f60718293a4b5c6d7e8f9" } },
      },
    });
  });

  it("gives the token of the header until the body's end", () => {
    const body = { token: { expires_at: "2026-11-22T09:05:00.000000Z" } };
    expect(decodeLogin(reply(201, body, { "x-subject-token": "MII1" }))).toEqual({
      token: "MII1",
      expiresAtMs: Date.UTC(2026, 10, 22, 9, 5),
    });
  });

  it("takes a day less an hour for the life of a token without an end", () => {
    const headers = { "x-subject-token": "MII1", date: "Sat, 21 Nov 2026 09:00:00 GMT" };
    expect(decodeLogin(reply(201, {}, headers))).toEqual({
      token: "MII1",
      expiresAtMs: Date.UTC(2026, 10, 22, 8),
    });
  });

  it.each([
    [201, {}, "ambiguous", "no-token"],
    [401, { error: { code: 401, message: "The username or password is wrong." } }, "auth", "401"],
    [403, { error_code: "IAM.0011", error_msg: "locked" }, "auth", "IAM.0011"],
    [400, { error: { code: 400, message: "bad" } }, "auth", "400"],
    [429, { error_code: "APIGW.0308", error_msg: "slow" }, "throttled", "APIGW.0308"],
    [503, {}, "ambiguous", "HTTP 503"],
  ])("answered with %i %j is %s", (status, body, kind, code) => {
    expect(decodeLogin(reply(status, body))).toMatchObject({ kind, code });
  });
});
