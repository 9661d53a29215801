import type { BatchContent, HttpRequest, JsonObject } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { tencentCdn } from "./index.ts";
import { sampleAccount, sampleCall } from "./sample-account.ts";
import { v2Signature, v2Text } from "./v2-signature.ts";
import { type Tc3Vector, tc3Vectors } from "./vectors/vectors.ts";

const batch = (
  lane: BatchContent["lane"],
  items: BatchContent["items"],
  options: JsonObject = {},
): BatchContent => ({
  lane,
  items,
  options,
});

/** The official SDK's request as an operation of ours. */
function encodeVector({ keys, input }: Tc3Vector): HttpRequest {
  const call = sampleCall(sampleAccount({ credentials: keys }));
  const { Urls, TaskId, Limit: _limit, Offset: _offset, ...options } = JSON.parse(input.body);
  if (input.action === "DescribePurgeTasks") {
    return tencentCdn.poll.encode([{ call: input.action, id: TaskId }], call);
  }
  return tencentCdn.encode(
    batch(input.action === "PushUrlsCache" ? "prefetch-url" : "purge-url", Urls, options),
    call,
  );
}

describe("API 3.0 requests are the official SDK's", () => {
  it.each(tc3Vectors)("$id", (vector) => {
    const request = encodeVector(vector);
    expect(request).toEqual({
      method: "POST",
      url: "https://cdn.tencentcloudapi.com/",
      headers: {
        "content-type": "application/json",
        "x-tc-action": vector.input.action,
        "x-tc-version": "2018-06-06",
        "x-tc-timestamp": String(vector.input.timestamp),
        ...(vector.keys.securityToken === null ? {} : { "x-tc-token": vector.keys.securityToken }),
        authorization: vector.expected.authorization,
      },
      body: vector.input.body,
    });
  });
});

describe("API 3.0", () => {
  const settings = sampleAccount({ endpoint: "http://127.0.0.1:9101" });

  it("purges a directory with FlushType delete, or flush for a soft purge", () => {
    const bodyOf = (options: JsonObject) =>
      tencentCdn.encode(batch("purge-directory", ["https://a.test/d/"], options), sampleCall(settings)).body;
    expect(bodyOf({})).toBe('{"Paths":["https://a.test/d/"],"FlushType":"delete"}');
    expect(bodyOf({ FlushType: "flush" })).toBe('{"Paths":["https://a.test/d/"],"FlushType":"flush"}');
  });

  it("goes to the account's endpoint, and signs its name without the port", () => {
    const at = (endpoint: string) =>
      tencentCdn.encode(batch("purge-url", ["https://a.test/"]), sampleCall(sampleAccount({ endpoint })));
    expect(at("http://127.0.0.1:9101").url).toBe("http://127.0.0.1:9101/");
    expect(at("http://127.0.0.1:9101").headers.authorization).toBe(
      at("http://127.0.0.1").headers.authorization,
    );
    expect(at("http://127.0.0.1:9101").headers.authorization).not.toBe(
      at("http://127.0.0.2").headers.authorization,
    );
  });

  it("sends the region where the account names one", () => {
    const call = sampleCall(sampleAccount({ region: "ap-guangzhou" }));
    expect(tencentCdn.encode(batch("purge-url", ["https://a.test/"]), call).headers["x-tc-region"]).toBe(
      "ap-guangzhou",
    );
  });

  it("asks for the page that the task stands for", () => {
    const task = {
      call: "DescribePushTasks",
      id: "t1",
      state: { offset: 100, end: 200, limit: 100, urls: 500 },
    };
    const request = tencentCdn.poll.encode([task], sampleCall(settings));
    expect(request.headers["x-tc-action"]).toBe("DescribePushTasks");
    expect(request.body).toBe('{"TaskId":"t1","Limit":100,"Offset":100}');
  });
});

describe("v2", () => {
  const settings = sampleAccount({ signature: "v2-sha256" });
  const fieldsOf = ({ body }: HttpRequest) => Object.fromEntries(new URLSearchParams(body ?? ""));

  it("posts the parameters of the official SDK's RefreshCdnUrl, signed over what it sends", () => {
    const request = tencentCdn.encode(
      batch("purge-url", ["http://a.test/中 1.jpg", "http://a.test/?a=b&c=1+2"]),
      sampleCall(settings),
    );
    const { Signature, ...fields } = fieldsOf(request);
    expect(request.url).toBe("https://cdn.api.qcloud.com/v2/index.php");
    expect(fields).toEqual({
      Action: "RefreshCdnUrl",
      SecretId: "AKIDEXAMPLE00000000000000000000001",
      Timestamp: "1782893730",
      Nonce: "11886",
      SignatureMethod: "HmacSHA256",
      "urls.0": "http://a.test/中 1.jpg",
      "urls.1": "http://a.test/?a=b&c=1+2",
    });
    const text = v2Text("POST", "cdn.api.qcloud.com", "/v2/index.php", Object.entries(fields));
    expect(Signature).toBe(v2Signature(text, "SecretKeyExample000000000000001", "sha256"));
  });

  it("signs with SHA-1 without naming a method, the session token and the region included", () => {
    const credentials = { ...sampleAccount().credentials, securityToken: "session+token==" };
    const account = sampleAccount({ signature: "v2-sha1", region: "gz", credentials });
    const { Signature, ...fields } = fieldsOf(
      tencentCdn.encode(batch("purge-url", ["http://a.test/"]), sampleCall(account)),
    );
    expect(fields).toMatchObject({ Token: "session+token==", Region: "gz" });
    expect(fields).not.toHaveProperty("SignatureMethod");
    const text = v2Text("POST", "cdn.api.qcloud.com", "/v2/index.php", Object.entries(fields));
    expect(Signature).toBe(v2Signature(text, "SecretKeyExample000000000000001", "sha1"));
  });

  it("purges all of a directory, and only what changed for a soft purge", () => {
    const typeOf = (options: JsonObject) =>
      fieldsOf(
        tencentCdn.encode(batch("purge-directory", ["https://a.test/d/"], options), sampleCall(settings)),
      );
    expect(typeOf({})).toMatchObject({ Action: "RefreshCdnDir", "dirs.0": "https://a.test/d/", type: "2" });
    expect(typeOf({ FlushType: "flush" })).toMatchObject({ type: "1" });
  });

  it("keeps the API's path at the account's endpoint, and signs the host with its port", () => {
    const account = sampleAccount({ signature: "v2-sha256", endpoint: "http://127.0.0.1:9101" });
    const request = tencentCdn.encode(batch("purge-url", ["http://a.test/"]), sampleCall(account));
    const { Signature, ...fields } = fieldsOf(request);
    expect(request.url).toBe("http://127.0.0.1:9101/v2/index.php");
    const text = v2Text("POST", "127.0.0.1:9101", "/v2/index.php", Object.entries(fields));
    expect(Signature).toBe(v2Signature(text, "SecretKeyExample000000000000001", "sha256"));
  });

  it("asks for a task by its id, and for directories without one by time", () => {
    const query = (state: JsonObject) =>
      fieldsOf(tencentCdn.poll.encode([{ call: "GetCdnRefreshLog", id: "t1", state }], sampleCall(settings)));
    expect(query({ urls: 3 })).toMatchObject({ Action: "GetCdnRefreshLog", taskId: "t1" });
    const sinceMs = Date.parse("2026-07-01T08:15:28Z");
    const byTime = query({ sinceMs, type: "1" });
    expect(byTime).toMatchObject({ startDate: "2026-07-01 16:15:28", endDate: "2026-07-01 16:16:28" });
    expect(byTime).not.toHaveProperty("taskId");
  });
});

describe("an account", () => {
  it("needs keys", () => {
    const account = sampleAccount({ credentials: { kind: "token", token: "t" } });
    expect(tencentCdn.check(sampleAccount())).toEqual([]);
    expect(tencentCdn.check(account)).toMatchObject([{ path: ["credentials"], value: "token" }]);
    expect(() => tencentCdn.table({ ...account, signature: "v2-sha1" })).not.toThrow();
  });

  it("cannot purge a wildcard domain", () => {
    expect(tencentCdn.whyNot?.("purge-url", "https://*.a.test/x", sampleAccount())).toContain("*.a.test");
    expect(tencentCdn.whyNot?.("purge-url", "https://a.test/*", sampleAccount())).toBeNull();
  });
});
