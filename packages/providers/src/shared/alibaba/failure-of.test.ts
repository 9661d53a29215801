import { describe, expect, it } from "vitest";
import { errorClass } from "./error-classes.ts";
import { failureOf } from "./failure-of.ts";

function failure(code: string, status: number, headers: Readonly<Record<string, string>> = {}) {
  const body = { RequestId: "r-1", Code: code, Message: "m" };
  return failureOf({ status, headers, body: JSON.stringify(body) }, body, "url");
}

describe("an error of Alibaba", () => {
  it("of an unlisted code may have been applied, unless the code or its HTTP status says otherwise", () => {
    expect(errorClass("Forbiddenish.RAM")).toBeNull();
    expect(failure("Brand.New", 400).kind).toBe("ambiguous");
    expect(failure("InvalidNewThing.Malformed", 400).kind).toBe("poisoned");
    expect(failure("Brand.New", 500).kind).toBe("ambiguous");
    expect(failure("Brand.New", 429).kind).toBe("throttled");
  });

  it.each([413, 414])(
    "of HTTP status %i, that some gateway gives to what is too long, is sent in halves",
    (status) => {
      const page = { status, headers: { "content-type": "text/html" }, body: "<html>too large</html>" };
      expect(failureOf(page, null, "url")).toMatchObject({ kind: "poisoned", code: `HTTP${status}` });
      expect(failure("Brand.New", status).kind).toBe("poisoned");
      expect(failure("Throttling.User", status).kind).toBe("throttled");
    },
  );

  it.each([
    [{ "x-acs-retry-after": "1500" }, 1_500],
    [{ "x-acs-retry-after": "999999" }, 120_000],
    [{ "x-acs-retry-after": "1500", "retry-after": "3" }, 1_500],
    [{ "retry-after": "3" }, 3_000],
    [{ "x-acs-retry-after": "soon" }, null],
    [{}, null],
  ])("with %j is waited out for %s ms", (headers, retryAfterMs) => {
    expect(failure("Throttling.User", 400, headers)).toMatchObject({ kind: "throttled", retryAfterMs });
  });

  it("of a domain's spent minute is waited out for a minute, whatever shorter time a header says", () => {
    const waited = (headers: Readonly<Record<string, string>>) =>
      failure("QuotaPerMinuteExceeded.Refresh", 400, headers);
    expect(waited({})).toMatchObject({ retryAfterMs: 60_000 });
    expect(waited({ "x-acs-retry-after": "1500" })).toMatchObject({ retryAfterMs: 60_000 });
    expect(waited({ "x-acs-retry-after": "90000" })).toMatchObject({ retryAfterMs: 90_000 });
  });
});
