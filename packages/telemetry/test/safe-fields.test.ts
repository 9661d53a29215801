import { describe, expect, it } from "vitest";
import { safeFields } from "../src/safe-fields.ts";

describe("safeFields", () => {
  it.each([
    "accessKeySecret",
    "access_key_secret",
    "Authorization",
    "X-Auth-Token",
    "x-security-token",
    "password",
    "secretKey",
    "SecretId",
    "credentials",
    "signature",
    "Set-Cookie",
  ])("%s is masked wherever it stands", (name) => {
    const shown = safeFields({ [name]: "s3cr3t", deep: { list: [{ [name]: "s3cr3t", kept: 1 }] } });
    expect(JSON.stringify(shown)).not.toContain("s3cr3t");
    expect(shown.deep).toEqual({ list: [{ [name]: "***", kept: 1 }] });
  });

  it("what is no secret stays as it is", () => {
    const fields = {
      account: "ali",
      tokenName: "shop",
      ms: 1,
      ok: true,
      none: null,
      list: ["a"],
      gone: undefined,
    };
    expect(safeFields(fields)).toEqual(fields);
  });

  it("a field that refers to itself ends instead of running for ever", () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(JSON.stringify(safeFields({ loop }))).toContain("…");
  });

  it("dates and big numbers are shown as text, since JSON has neither", () => {
    expect(safeFields({ at: new Date(0), size: 12n })).toEqual({
      at: "1970-01-01T00:00:00.000Z",
      size: "12",
    });
  });
});
