import { createRequire } from "node:module";
import type { Credentials } from "@purgeline/core";

/*
 * The SDKs are CommonJS with exports that Node does not see as names: required, they look the same to Node, to Vitest
 * and to the type checker.
 */
const require = createRequire(import.meta.url);

type VodSdk = typeof import("@huaweicloud/huaweicloud-sdk-vod", { with: { "resolution-mode": "require" }});
type CoreSdk = typeof import("@huaweicloud/huaweicloud-sdk-core", { with: { "resolution-mode": "require" }});
type Builder = typeof import("@huaweicloud/huaweicloud-sdk-core/ClientBuilder", { with: {
  "resolution-mode": "require",
}});
type Core = typeof import("@huaweicloud/huaweicloud-sdk-core/HcClient", { with: {
  "resolution-mode": "require",
}});
type Log = typeof import("@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger", { with: {
  "resolution-mode": "require",
}});
type Generic = InstanceType<Core["HcClient"]>;

/** The vendor's package of VOD; it has preheating, not refreshing. */
export const vodSdk: VodSdk = require("@huaweicloud/huaweicloud-sdk-vod");
const coreSdk: CoreSdk = require("@huaweicloud/huaweicloud-sdk-core");
const { ClientBuilder }: Builder = require("@huaweicloud/huaweicloud-sdk-core/ClientBuilder");
const { Logger4jInstance: log }: Log = require("@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger");

// It would print every refusal with the whole request.
log.level = "off";

/** Without a name of its own the SDK writes an id for it into the user's home. */
const OPTIONS = { customUserAgent: "contract-tests" };

export type Keys = Extract<Credentials, { readonly kind: "keys" }>;

/** Whose work it is: VOD's is a project's, the CDN's is an account's. */
export type Scope = { readonly projectId: string } | { readonly domainId: string };

/** One call in the vendor's own words. */
export interface ApiCall {
  readonly method: "GET" | "POST";
  /** As the SDK's generated clients have it: `/v1/{project_id}/asset/refresh`. */
  readonly url: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly data?: object;
}

/** The typed client of VOD. */
export function vodClient(
  origin: string,
  keys: Keys,
  scope: { readonly projectId: string },
): InstanceType<VodSdk["VodClient"]> {
  return vodSdk.VodClient.newBuilder()
    .withCredential(credentialOf(keys, scope))
    .withEndpoint(origin)
    .withOptions(OPTIONS)
    .build() as InstanceType<VodSdk["VodClient"]>;
}

/** The client under all of the vendor's packages, for operations that no installable package has. */
export function genericClient(
  origin: string,
  keys: Keys,
  scope: Scope,
): (call: ApiCall) => Promise<Readonly<Record<string, unknown>>> {
  const client = new ClientBuilder<Generic>((made: Generic) => made)
    .withCredential(credentialOf(keys, scope))
    .withEndpoint(origin)
    .withOptions(OPTIONS)
    .build();
  return async ({ method, url, query = {}, data }) => {
    const reply = await client.sendRequest({
      method,
      url,
      contentType: "application/json",
      queryParams: { ...query },
      pathParams: {},
      headers: {},
      ...(data === undefined ? {} : { data }),
    });
    return reply as unknown as Readonly<Record<string, unknown>>;
  };
}

function credentialOf({ accessKeyId, accessKeySecret, securityToken }: Keys, scope: Scope) {
  const credential =
    "projectId" in scope
      ? new coreSdk.BasicCredentials().withProjectId(scope.projectId)
      : new coreSdk.GlobalCredentials().withDomainId(scope.domainId);
  credential.withAk(accessKeyId).withSk(accessKeySecret);
  return securityToken === null ? credential : credential.withSecurityToken(securityToken);
}
