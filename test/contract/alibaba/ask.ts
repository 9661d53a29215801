import type { Credentials } from "@purgeline/core";
import { cdnSdk, coreSdk, dara, popSdk } from "./sdks.ts";

/** One call in the vendor's own words, as its API reference writes it. */
export interface ApiCall {
  readonly action: string;
  readonly version: "2018-05-10" | "2017-03-21";
  readonly method: "GET" | "POST";
  /** Where the generic clients put the parameters; the CDN's own package decides by itself. */
  readonly place: "form" | "query";
  readonly params: Readonly<Record<string, string | number | boolean>>;
}

export type Keys = Extract<Credentials, { kind: "keys" }>;

/** Sends a call as an official client does, and gives back the answer's fields as that client's models know them. */
export type Ask = (call: ApiCall) => Promise<Readonly<Record<string, unknown>>>;

type Signature = "acs3" | "rpc";

/** What one of the vendor's clients is called, how it signs, and which products it has. */
export interface Sdk {
  readonly name: string;
  readonly signature: Signature;
  readonly products: readonly string[];
  client(origin: string, keys: Keys): Ask;
}

const BOTH = ["alibaba-cdn", "alibaba-vod"];

export const SDKS: readonly Sdk[] = [
  { name: "cdn20180510", signature: "acs3", products: ["alibaba-cdn"], client: cdnClient("acs3") },
  {
    name: "cdn20180510, algorithm v2",
    signature: "rpc",
    products: ["alibaba-cdn"],
    client: cdnClient("rpc"),
  },
  { name: "openapi-core", signature: "acs3", products: BOTH, client: coreClient("acs3") },
  { name: "openapi-core, algorithm v2", signature: "rpc", products: BOTH, client: coreClient("rpc") },
  { name: "pop-core", signature: "rpc", products: BOTH, client: popClient },
];

export function sdksOf(product: string): readonly Sdk[] {
  return SDKS.filter(({ products }) => products.includes(product));
}

function configOf(origin: string, keys: Keys, signature: Signature) {
  const { protocol, host } = new URL(origin);
  return new coreSdk.$OpenApiUtil.Config({
    endpoint: host,
    protocol: protocol.replace(":", ""),
    accessKeyId: keys.accessKeyId,
    accessKeySecret: keys.accessKeySecret,
    ...(keys.securityToken === null ? {} : { securityToken: keys.securityToken }),
    // The SDK's name of the old signature.
    ...(signature === "rpc" ? { signatureAlgorithm: "v2" } : {}),
  });
}

function cdnClient(signature: Signature) {
  return (origin: string, keys: Keys): Ask => {
    const client = new cdnSdk.default(configOf(origin, keys, signature));
    const { RefreshObjectCachesRequest, PushObjectCacheRequest, DescribeRefreshTasksRequest } = cdnSdk;
    const { DescribeRefreshTaskByIdRequest, DescribeRefreshQuotaRequest } = cdnSdk;
    const operations: Readonly<Record<string, (params: object) => Promise<{ body?: unknown }>>> = {
      RefreshObjectCaches: (given) => client.refreshObjectCaches(new RefreshObjectCachesRequest(given)),
      PushObjectCache: (given) => client.pushObjectCache(new PushObjectCacheRequest(given)),
      DescribeRefreshTasks: (given) => client.describeRefreshTasks(new DescribeRefreshTasksRequest(given)),
      DescribeRefreshTaskById: (given) =>
        client.describeRefreshTaskById(new DescribeRefreshTaskByIdRequest(given)),
      DescribeRefreshQuota: (given) => client.describeRefreshQuota(new DescribeRefreshQuotaRequest(given)),
    };
    return async ({ action, params }) => {
      const operation = operations[action];
      if (operation === undefined) throw new Error(`cdn20180510 is not asked for ${action} here`);
      return fieldsOf((await operation(camelCased(params))).body);
    };
  };
}

/** The models' own spelling: `ObjectPath` is `objectPath` there. */
function camelCased(params: ApiCall["params"]): object {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, value]),
  );
}

/** A model's fields under the names of the wire: what no model has is lost, as it is for the SDK's users. */
function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  if (!(body instanceof dara.Model)) throw new Error(`not a model of the SDK: ${JSON.stringify(body)}`);
  return body.toMap();
}

function coreClient(signature: Signature) {
  return (origin: string, keys: Keys): Ask => {
    const client = new coreSdk.default(configOf(origin, keys, signature));
    return async ({ action, version, method, place, params }) => {
      const { body } = await client.callApi(
        new coreSdk.$OpenApiUtil.Params({
          action,
          version,
          method,
          protocol: "HTTP",
          pathname: "/",
          authType: "AK",
          style: "RPC",
          reqBodyType: "formData",
          bodyType: "json",
        }),
        new coreSdk.$OpenApiUtil.OpenApiRequest(
          place === "form" ? { body: byName(params) } : { query: coreSdk.OpenApiUtil.query(params) },
        ),
        new dara.RuntimeOptions({}),
      );
      return body as Readonly<Record<string, unknown>>;
    };
  };
}

/** A form goes as it is given; the vendor's generated packages give it in the order of the names. */
function byName(params: ApiCall["params"]): ApiCall["params"] {
  return Object.fromEntries(Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function popClient(origin: string, keys: Keys): Ask {
  const { accessKeyId, accessKeySecret, securityToken } = keys;
  const opened = new Map<string, InstanceType<typeof popSdk>>();
  return ({ action, version, method, params }) => {
    const client =
      opened.get(version) ??
      new popSdk({
        endpoint: origin,
        apiVersion: version,
        accessKeyId,
        accessKeySecret,
        ...(securityToken === null ? {} : { securityToken }),
      });
    opened.set(version, client);
    return client.request(action, params, { method });
  };
}
