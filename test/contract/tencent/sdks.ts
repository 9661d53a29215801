import { Agent } from "node:http";
import { createRequire } from "node:module";
import { connect } from "node:net";
import type { Credentials } from "@purgeline/core";

/*
 * The SDKs are CommonJS with exports that Node does not see as names: required, they look the same to Node, to Vitest
 * and to the type checker. The legacy one has no types.
 */
const require = createRequire(import.meta.url);

type CdnSdk = typeof import("tencentcloud-sdk-nodejs-cdn", { with: { "resolution-mode": "require" }});

interface QcloudOptions {
  readonly SecretId: string;
  readonly SecretKey: string;
  readonly signatureMethod: "sha1" | "sha256";
  readonly serviceType: "cdn";
  readonly protocol: "http";
  readonly method: "GET" | "POST";
  readonly host?: string;
  readonly maxKeys: number;
}

interface QcloudApi {
  generateQueryString(data: object, options: QcloudOptions): string;
  request(
    data: object,
    options: QcloudOptions,
    done: (error: Error | null, body: unknown) => void,
    extra: { readonly agent?: Agent },
  ): void;
}

interface Sign3 {
  sign3(request: {
    readonly method: "POST";
    readonly url: string;
    readonly payload: Buffer;
    readonly timestamp: number;
    readonly service: "cdn";
    readonly secretId: string;
    readonly secretKey: string;
    readonly headers: { readonly "Content-Type": string };
  }): string;
}

const cdnSdk: CdnSdk = require("tencentcloud-sdk-nodejs-cdn");
const Qcloud: new (defaults: QcloudOptions) => QcloudApi = require("qcloudapi-sdk");

// A dependency of the SDK's own.
const ofCdnSdk = createRequire(require.resolve("tencentcloud-sdk-nodejs-cdn"));
const { default: signer }: { readonly default: Sign3 } = ofCdnSdk(
  "tencentcloud-sdk-nodejs-common/tencentcloud/common/sign",
);

export type Keys = Extract<Credentials, { readonly kind: "keys" }>;

/** A call's own parameters, in the words of the API reference. */
export type Params = Readonly<Record<string, unknown>>;

/** Sends a call as an official client does, and gives back what the client makes of the answer. */
export type Ask = (action: string, params?: Params) => Promise<Readonly<Record<string, unknown>>>;

/** Where the client's connections end: at the origin's own host, or there under a name of the provider's. */
export interface Target {
  readonly origin: string;
  /** As the client knows the provider, and signs it. */
  readonly host: string;
}

export function atItself(origin: string): Target {
  return { origin, host: new URL(origin).host };
}

/** Every connection goes to the origin, whatever the host is called. */
function agentTo(origin: string): Agent {
  const { port, hostname } = new URL(origin);
  return Object.assign(new Agent(), { createConnection: () => connect(Number(port), hostname) });
}

export type SignMethod = "TC3-HMAC-SHA256" | "HmacSHA1" | "HmacSHA256";

/** The current SDK, one method for each operation. */
export function cdnClient(
  { origin, host }: Target,
  { accessKeyId, accessKeySecret, securityToken }: Keys,
  signMethod: SignMethod = "TC3-HMAC-SHA256",
  reqMethod: "GET" | "POST" = "POST",
  region: string | null = null,
): Ask {
  const client = new cdnSdk.cdn.v20180606.Client({
    credential: {
      secretId: accessKeyId,
      secretKey: accessKeySecret,
      ...(securityToken === null ? {} : { token: securityToken }),
    },
    ...(region === null ? {} : { region }),
    profile: {
      signMethod,
      httpProfile: { endpoint: host, protocol: "http://", reqMethod, agent: agentTo(origin) },
    },
  });
  const operations: Readonly<Record<string, (params: never) => Promise<object>>> = {
    PurgeUrlsCache: (params) => client.PurgeUrlsCache(params),
    PurgePathCache: (params) => client.PurgePathCache(params),
    PushUrlsCache: (params) => client.PushUrlsCache(params),
    DescribePurgeTasks: (params) => client.DescribePurgeTasks(params),
    DescribePushTasks: (params) => client.DescribePushTasks(params),
    DescribePurgeQuota: (params) => client.DescribePurgeQuota(params),
    DescribePushQuota: (params) => client.DescribePushQuota(params),
  };
  return async (action, params = {}) => {
    const operation = operations[action];
    if (operation === undefined) throw new Error(`the SDK is not asked for ${action} here`);
    return { ...(await operation(params as never)) };
  };
}

/** The legacy SDK adds a Region and its own name to what it signs; an empty list is a parameter that it leaves out. */
const NO_EXTRAS = { Region: [], RequestClient: [] };

/** The legacy SDK, one method for all operations. */
export function qcloudClient(
  { origin, host }: Target,
  { accessKeyId, accessKeySecret, securityToken }: Keys,
  signatureMethod: "sha1" | "sha256",
  method: "GET" | "POST" = "POST",
): Ask {
  const options = qcloudOptions(host, accessKeyId, accessKeySecret, signatureMethod, method);
  const client = new Qcloud(options);
  const agent = agentTo(origin);
  return (Action, params = {}) =>
    new Promise((resolve, reject) => {
      const token = securityToken === null ? {} : { Token: securityToken };
      const data = { Action, ...NO_EXTRAS, ...token, ...params };
      const done = (error: Error | null, body: unknown): void => {
        if (error === null) resolve(body as Readonly<Record<string, unknown>>);
        else reject(error);
      };
      client.request(data, options, done, { agent });
    });
}

function qcloudOptions(
  host: string,
  SecretId: string,
  SecretKey: string,
  signatureMethod: "sha1" | "sha256",
  method: "GET" | "POST",
): QcloudOptions {
  return {
    SecretId,
    SecretKey,
    signatureMethod,
    serviceType: "cdn",
    protocol: "http",
    method,
    host,
    // Its default sends the first 1,000 parameters of a form: less than a full batch.
    maxKeys: 0,
  };
}

/** The parameters of a signed POST as the legacy SDK makes them, nothing sent. */
export function qcloudForm(
  host: string,
  { accessKeyId, accessKeySecret }: Keys,
  signatureMethod: "sha1" | "sha256",
  params: Params,
): URLSearchParams {
  const options = qcloudOptions(host, accessKeyId, accessKeySecret, signatureMethod, "POST");
  return new URLSearchParams(new Qcloud(options).generateQueryString({ ...NO_EXTRAS, ...params }, options));
}

/** The Authorization that the current SDK's signer gives to these bytes. */
export function tc3Authorization(
  url: string,
  body: string,
  timestamp: number,
  { accessKeyId, accessKeySecret }: Keys,
): string {
  return signer.sign3({
    method: "POST",
    url,
    payload: Buffer.from(body),
    timestamp,
    service: "cdn",
    secretId: accessKeyId,
    secretKey: accessKeySecret,
    headers: { "Content-Type": "application/json" },
  });
}
