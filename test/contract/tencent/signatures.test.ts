import type { AccountSettings, HttpRequest } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Recorded, type Recorder, startRecorder } from "../recorder.ts";
import { KEYS, settingsOf, TEMPORARY_KEYS } from "./play.ts";
import { atItself, cdnClient, qcloudClient } from "./sdks.ts";
import { API3_CASES, type SignedCase, V2_CASES } from "./signed-cases.ts";

let recorder: Recorder;
beforeAll(async () => {
  recorder = await startRecorder('{"Response":{"RequestId":"1"}}');
});
afterAll(() => recorder.close());
afterEach(() => {
  vi.restoreAllMocks();
});

const CREDENTIALS = { "an access key": KEYS, "a session token": TEMPORARY_KEYS };
const byName = (cases: readonly SignedCase[]) => cases.map((each) => [each.name, each] as const);

describe.each(Object.entries(CREDENTIALS))("with %s", (_keys, credentials) => {
  it.each(byName(API3_CASES))(
    "%s goes out as tencentcloud-sdk-nodejs-cdn sends it, byte for byte",
    async (_name, wanted) => {
      const host = "cdn.tencentcloudapi.com";
      const { action, params } = wanted.theirs;
      const theirs = await recorder.record(() =>
        cdnClient({ origin: recorder.origin, host }, credentials)(action, params),
      );
      const nowMs = Number(theirs.headers["x-tc-timestamp"]) * 1_000;
      const ours = ourRequest(wanted, settingsOf({ credentials }), nowMs, NONCE);
      expect(new URL(ours.url).host).toBe(theirs.headers.host);
      expect(api3Parts(ours)).toEqual(api3Parts(asRequest(theirs)));
    },
  );

  it.each(
    (["sha1", "sha256"] as const).flatMap((hash) => V2_CASES.map((each) => [each.name, hash, each] as const)),
  )("%s is signed as qcloudapi-sdk signs it with %s", async (_name, hash, wanted) => {
    // Its nonces have 16 bits, 0 among them; ours are positive.
    vi.spyOn(Math, "random").mockReturnValue(0.1814);
    const host = "cdn.api.qcloud.com";
    const { action, params } = wanted.theirs;
    const theirs = await recorder.record(() =>
      qcloudClient({ origin: recorder.origin, host }, credentials, hash)(action, params),
    );
    const form = new URLSearchParams(theirs.body);
    const settings = settingsOf({ credentials, signature: `v2-${hash}` });
    const nowMs = Number(form.get("Timestamp")) * 1_000;
    const ours = ourRequest(wanted, settings, nowMs, nonceOf(Number(form.get("Nonce"))));
    expect(new URL(ours.url).host).toBe(theirs.headers.host);
    expect(form.get("Signature")).toMatch(/^[A-Za-z0-9+/]{27,43}=$/);
    expect(v2Parts(ours)).toEqual(v2Parts(asRequest(theirs)));
  });
});

describe("an account with a region", () => {
  it("sends it as the SDK does", async () => {
    const client = cdnClient(
      { origin: recorder.origin, host: "cdn.ap-guangzhou.tencentcloudapi.com" },
      KEYS,
      "TC3-HMAC-SHA256",
      "POST",
      "ap-guangzhou",
    );
    const theirs = await recorder.record(() => client("DescribePushQuota"));
    const settings = settingsOf({
      region: "ap-guangzhou",
      endpoint: "https://cdn.ap-guangzhou.tencentcloudapi.com",
    });
    const nowMs = Number(theirs.headers["x-tc-timestamp"]) * 1_000;
    const ours = ourRequest(QUOTA, settings, nowMs, NONCE);
    expect(api3Parts(ours)).toEqual(api3Parts(asRequest(theirs)));
    expect(ours.headers["x-tc-region"]).toBe("ap-guangzhou");
  });
});

describe("an endpoint with a port", () => {
  it("is signed in v2 as the SDK signs it", async () => {
    const { origin } = recorder;
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const theirs = await recorder.record(() =>
      qcloudClient(atItself(origin), KEYS, "sha256")("GetCdnRefreshLog", { taskId: "1533045796" }),
    );
    const form = new URLSearchParams(theirs.body);
    const ours = ourRequest(
      { ...QUOTA, ours: { kind: "query", task: { call: "GetCdnRefreshLog", id: "1533045796" } } },
      settingsOf({ signature: "v2-sha256", endpoint: origin }),
      Number(form.get("Timestamp")) * 1_000,
      nonceOf(Number(form.get("Nonce"))),
    );
    expect(v2Parts(ours)).toEqual(v2Parts(asRequest(theirs)));
  });
});

const NONCE = "00112233445566778899aabbccddeeff";
const QUOTA: SignedCase = {
  name: "quota",
  theirs: { action: "DescribePushQuota", params: {} },
  ours: { kind: "quota", call: "DescribePushQuota" },
};

/** The engine's nonce whose number form is this one. */
function nonceOf(number: number): string {
  return number.toString(16).padStart(8, "0").padEnd(32, "0");
}

function ourRequest(
  { ours }: SignedCase,
  settings: AccountSettings,
  nowMs: number,
  nonce: string,
): HttpRequest {
  const provider = providers.get("tencent-cdn");
  if (provider?.quota === undefined) throw new Error("tencent-cdn is not registered, or tells no quota");
  const call = { settings, nowMs, nonce, token: null };
  if (ours.kind === "query") return provider.poll.encode([ours.task], call);
  if (ours.kind === "quota") return provider.quota.encode(ours.call, call);
  const { lane, items, options } = ours;
  const [first, ...rest] = items;
  const checked = provider.options(lane, { strength: null, area: null, own: null, ...options }, settings);
  if (!checked.ok || first === undefined) throw new Error(JSON.stringify(checked));
  return provider.encode({ lane, items: [first, ...rest], options: checked.value }, call);
}

function asRequest({ method, target, headers, body }: Recorded): HttpRequest {
  return { method: method === "GET" ? "GET" : "POST", url: `${recorder.origin}${target}`, headers, body };
}

/** Everything that the service reads. */
function api3Parts({ method, url, headers, body }: HttpRequest): object {
  const { pathname, search } = new URL(url);
  const read = ["content-type", "authorization", ...names(headers, /^x-tc-(?!traceid|requestclient)/)];
  return { method, target: pathname + search, headers: read.map((name) => [name, headers[name]]), body };
}

function names(headers: HttpRequest["headers"], pattern: RegExp): readonly string[] {
  return Object.keys(headers)
    .filter((name) => pattern.test(name))
    .toSorted();
}

/** The order of a form is free, and so is how a space is escaped; what is signed is the set of decoded parameters. */
function v2Parts({ method, url, headers, body }: HttpRequest): object {
  const params = [...new URLSearchParams(body ?? "")].map(([name, value]) => `${name}=${value}`).toSorted();
  return { method, target: new URL(url).pathname, type: headers["content-type"], params };
}
