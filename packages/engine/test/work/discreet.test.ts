import type { HttpRequest } from "@purgeline/core";
import { accountSettings } from "@purgeline/testkit";
import { describe, expect, it } from "vitest";
import { discreet, type Told } from "../../src/work/discreet.ts";

const KEYS = {
  kind: "keys",
  accessKeyId: "LTAI-key-id",
  accessKeySecret: "the+secret/of=it",
  securityToken: "CAIS+token/of==",
} as const;
const SETTINGS = accountSettings({
  provider: "alibaba-cdn",
  callbackKey: "key-of-callbacks",
  credentials: KEYS,
});
const REQUEST: HttpRequest = {
  method: "POST",
  url: "https://cdn.aliyuncs.com/?Action=x&Signature=url%2Bproof%3D",
  headers: {
    authorization: "ACS3-HMAC-SHA256 Credential=LTAI-key-id,SignedHeaders=host,Signature=0badc0de",
    "x-auth-token": "MIIC-of-the-session",
    "content-type": "application/json",
  },
  body: "Force=true&Signature=form%2Bproof%3D",
};
const TOLD: Told = { settings: SETTINGS, token: "MIIF-session", request: REQUEST };
const said = (message: string) => discreet({ kind: "auth", code: "C", message }, TOLD).message;

describe("the provider's words lose", () => {
  it.each([
    KEYS.accessKeyId,
    KEYS.accessKeySecret,
    KEYS.securityToken,
    "key-of-callbacks",
    "MIIF-session",
    "MIIC-of-the-session",
    "0badc0de",
    "url+proof=",
    "form+proof=",
  ])("%s, as it is and encoded once or twice", (secret) => {
    const once = encodeURIComponent(secret);
    expect(said(`we got ${secret}, ${once} and ${encodeURIComponent(once)}`)).toBe("we got ***, *** and ***");
  });

  it("the whole header that signs the request", () => {
    expect(said(`bad header: ${REQUEST.headers.authorization}`)).toBe("bad header: ***");
    expect(said("expected application/json")).toBe("expected application/json");
  });

  it("the queries of URLs, and everything past a thousand characters", () => {
    expect(said("https://a.test/x?sign=1 is unknown")).toBe("https://a.test/x?… is unknown");
    expect(said("words ".repeat(1000))).toHaveLength(1000);
  });

  it("a secret that the end of what is read cuts in two", () => {
    expect(said(`${"?".repeat(7995)} ${KEYS.securityToken}`)).not.toContain("CAIS");
    expect(said(`${"https://a.test/x?".padEnd(7995, "y")} ${KEYS.securityToken}`)).toBe(
      "https://a.test/x?… ",
    );
  });
});

it("refused items and rows are cleaned like failures, and what names an item stays", () => {
  const words = { code: `at${KEYS.accessKeyId}`, message: `by ${KEYS.accessKeyId}` };
  const clean = { code: "at***", message: "by ***" };
  const item = "https://a.test/x?sign=1";
  expect(discreet({ kind: "accepted", tasks: [{ id: "1" }], rejected: [{ item, ...words }] }, TOLD)).toEqual({
    kind: "accepted",
    tasks: [{ id: "1" }],
    rejected: [{ item, ...clean }],
  });
  const rows = [
    { item, end: "failed", ...words },
    { item: null, end: "confirmed", code: null, message: null },
  ];
  expect(discreet({ kind: "progress", tasks: [{ rows, next: [] }] }, TOLD)).toEqual({
    kind: "progress",
    tasks: [{ rows: [{ item, end: "failed", ...clean }, rows[1]], next: [] }],
  });
});
