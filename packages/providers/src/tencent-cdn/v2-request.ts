import type { BatchContent, CallContext, CallName, HttpRequest } from "@purgeline/core";
import { keysOf } from "./account.ts";
import { type Parameter, v2Signature, v2Text } from "./v2-signature.ts";

const ORIGIN = "https://cdn.api.qcloud.com";
const PATH = "/v2/index.php";

export function encodeV2({ lane, items, options }: BatchContent, call: CallContext): HttpRequest {
  const isAbroad = options.Area === "overseas";
  switch (lane) {
    case "purge-url":
      return v2Request(isAbroad ? "RefreshCdnOverSeaUrl" : "RefreshCdnUrl", numbered("urls", items), call);
    case "purge-directory": {
      const dirs = numbered("dirs", items);
      if (isAbroad) return v2Request("RefreshCdnOverSeaDir", dirs, call);
      // 1, the default when absent, refreshes what the origin changed; 2 drops everything.
      const type: Parameter = ["type", options.FlushType === "flush" ? "1" : "2"];
      return v2Request("RefreshCdnDir", [...dirs, type], call);
    }
    default:
      throw new Error(`tencent-cdn.encode: v2 has no lane ${lane}`);
  }
}

function numbered(name: string, items: readonly string[]): readonly Parameter[] {
  return items.map((item, index): Parameter => [`${name}.${index}`, item]);
}

/** One signed call; always a POST, since a GET is cut at 32 KB and would show the key's id in access logs. */
export function v2Request(action: CallName, own: readonly Parameter[], call: CallContext): HttpRequest {
  const { settings, nowMs, nonce } = call;
  const keys = keysOf(settings);
  const url = new URL(PATH, settings.endpoint ?? ORIGIN);
  const isSha1 = settings.signature === "v2-sha1";
  const parameters: readonly Parameter[] = [
    ["Action", action],
    ["SecretId", keys.accessKeyId],
    ["Timestamp", String(Math.floor(nowMs / 1000))],
    ["Nonce", nonceOf(nonce)],
    ...optional("Region", settings.region),
    ...optional("Token", keys.securityToken),
    ...(isSha1 ? [] : ([["SignatureMethod", "HmacSHA256"]] satisfies readonly Parameter[])),
    // A lone surrogate has no UTF-8 form: it is signed as it will be sent.
    ...own.map(([name, value]): Parameter => [name, value.toWellFormed()]),
  ];
  const text = v2Text("POST", url.host, PATH, parameters);
  const signature = v2Signature(text, keys.accessKeySecret, isSha1 ? "sha1" : "sha256");
  return {
    method: "POST",
    url: url.href,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: [...parameters, ["Signature", signature] as const]
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join("&"),
  };
}

function optional(name: string, value: string | null): readonly Parameter[] {
  return value === null ? [] : [[name, value]];
}

/**
 * A positive integer that also fits 32 signed bits. Two of 10,000 calls a minute share one in a
 * second about once in 40 hours (167² / 2 / 2³¹ per second); that call is refused as a replay and re-signed.
 */
function nonceOf(hex: string): string {
  return String(Number.parseInt(hex.slice(0, 8), 16) & 0x7f_ff_ff_ff || 1);
}
