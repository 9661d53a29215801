import type { AccountSettings, BatchContent, CallContext, HttpRequest, Provider } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import type { Recorded } from "../recorder.ts";
import type { Keys } from "./sdks.ts";

const PLAIN: Keys = {
  kind: "keys",
  accessKeyId: "AKEXAMPLE0000000001",
  accessKeySecret: "sK/+=~*%",
  securityToken: null,
};

export const KEYS: Readonly<Record<string, Keys>> = {
  "an access key": PLAIN,
  "temporary keys": { ...PLAIN, securityToken: "gQpj+/==AbC~* '()!" },
};

export const PROJECT_ID = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
export const DOMAIN_ID = "d0a1b2c3d4e5f60718293a4b5c6d7e8f";

export function providerOf(name: string): Provider {
  const provider = providers.get(name);
  if (provider === undefined) throw new Error(`${name} is not listed`);
  return provider;
}

/** An account of either service. */
export function accountOf(provider: string, endpoint: string, credentials: Keys): AccountSettings {
  return {
    name: "hua",
    provider,
    endpoint,
    region: null,
    projectId: PROJECT_ID,
    own: { domainId: DOMAIN_ID },
    callbackKey: null,
    signature: null,
    credentials,
  };
}

type Items = BatchContent["items"];

export function itemsOf(count: number, item: (index: number) => string): Items {
  const [first = "", ...rest] = Array.from({ length: count }, (_, index) => item(index));
  return [first, ...rest];
}

/** What encoders trip over. */
export const HARD_URLS: Readonly<Record<string, Items>> = {
  "one URL": ["https://vod.example.com/1.mp4"],
  unicode: ["https://vod.example.com/视频/é-🎬.mp4"],
  "reserved characters": ["https://vod.example.com/a b/!'()*~;,?q=a&b=%2F+\"\\#$[]"],
};

/** What we would have sent in the same second. */
export function contextOf(sent: Recorded, settings: AccountSettings): CallContext {
  const [, ...parts] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(sent.headers["x-sdk-date"] ?? "") ?? [];
  const [year = 0, month = 1, day = 1, hour, minute, second] = parts.map(Number);
  const nowMs = Date.UTC(year, month - 1, day, hour, minute, second);
  return { settings, nowMs, nonce: "00112233445566778899aabbccddeeff", token: null };
}

export function requestOf({ method, target, headers, body }: Recorded, origin: string): HttpRequest {
  return {
    method: method === "GET" ? "GET" : "POST",
    url: origin + target,
    headers,
    body: body === "" ? null : body,
  };
}

/** All that the signature covers, and the signature. */
const COVERED = [
  "authorization",
  "content-type",
  "x-project-id",
  "x-domain-id",
  "x-sdk-date",
  "x-security-token",
];

export function partsOf({ method, url, headers, body }: HttpRequest) {
  const { pathname, searchParams } = new URL(url);
  const covered = Object.fromEntries(COVERED.map((name) => [name, headers[name]]));
  return { method, pathname, query: [...searchParams].toSorted(), covered, body };
}
