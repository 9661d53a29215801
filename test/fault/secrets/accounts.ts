import { randomBytes } from "node:crypto";
import type { Secret } from "./search.ts";

/** What stands in one account of the file; `endpoint` is where its provider is played. */
export interface SecretAccount {
  readonly name: string;
  readonly provider: string;
  readonly signature?: string;
  readonly hosts: readonly string[];
  yaml(endpoint: string): object;
}

/** Everything that must not be found; grows with what the providers hand out. */
export const secrets: Secret[] = [];

/** As long as real ones, with the characters that forms encode. */
function newSecret(name: string): string {
  const random = randomBytes(24).toString("hex");
  const value = `${random.slice(0, 30)}+/${random.slice(30)}==`;
  secrets.push({ name, value });
  return value;
}

/** An id, or a secret that is sent where only letters and digits may stand. */
export function newWord(name: string, home?: RegExp): string {
  const value = randomBytes(16).toString("hex");
  secrets.push({ name, value, ...(home === undefined ? {} : { home }) });
  return value;
}

function keys(account: string): Readonly<Record<string, string>> {
  return {
    accessKeyId: newWord(`${account}'s accessKeyId`),
    accessKeySecret: newSecret(`${account}'s accessKeySecret`),
  };
}

function temporaryKeys(account: string): Readonly<Record<string, string>> {
  return { ...keys(account), securityToken: newSecret(`${account}'s securityToken`) };
}

interface Plan {
  readonly name: string;
  readonly provider: string;
  readonly signature?: string;
  readonly more?: object;
  credentials(endpoint: string): object;
}

function account({ name, provider, signature, more, credentials }: Plan): SecretAccount {
  const hosts = [`*.${name}.example.com`];
  const chosen = signature === undefined ? {} : { signature };
  const made = new Map<string, object>();
  return {
    name,
    provider,
    hosts,
    ...chosen,
    yaml(endpoint) {
      // The same secrets for every file that names this endpoint's account.
      const known = made.get("") ?? credentials("ENDPOINT");
      made.set("", known);
      const own = JSON.parse(JSON.stringify(known).replaceAll("ENDPOINT", endpoint)) as object;
      const coalesce = { quietMs: 0, maxWaitMs: 0 };
      return { name, provider, endpoint, hosts, coalesce, ...chosen, ...more, credentials: own };
    },
  };
}

const HUAWEI_VOD = { provider: "huawei-vod", more: { region: "cn-north-4", projectId: "0a1b2c" } };

/** Every provider with every kind of credentials and of signature that it takes. */
export const ACCOUNTS: readonly SecretAccount[] = [
  account({ name: "ali", provider: "alibaba-cdn", credentials: () => temporaryKeys("ali") }),
  account({
    name: "alirpc",
    provider: "alibaba-cdn",
    signature: "rpc",
    credentials: () => temporaryKeys("alirpc"),
  }),
  account({
    name: "alivod",
    provider: "alibaba-vod",
    more: { region: "cn-shanghai" },
    credentials: () => ({ ...temporaryKeys("alivod"), callbackKey: newSecret("alivod's callbackKey") }),
  }),
  account({ name: "tc", provider: "tencent-cdn", credentials: () => temporaryKeys("tc") }),
  account({
    name: "tcold",
    provider: "tencent-cdn",
    signature: "v2-sha256",
    credentials: () => keys("tcold"),
  }),
  account({ name: "hw", ...HUAWEI_VOD, credentials: () => temporaryKeys("hw") }),
  account({ name: "hwtoken", ...HUAWEI_VOD, credentials: () => ({ token: newSecret("hwtoken's token") }) }),
  account({
    name: "hwiam",
    ...HUAWEI_VOD,
    credentials: (endpoint) => ({
      iam: { endpoint, domain: "a-domain", user: "a-user", password: newSecret("hwiam's password") },
    }),
  }),
  account({
    name: "hwiamkeys",
    ...HUAWEI_VOD,
    credentials: (endpoint) => ({ iam: { endpoint, ...keys("hwiamkeys") } }),
  }),
  account({
    name: "hwcdn",
    provider: "huawei-cdn",
    more: { settings: { domainId: "0d1e2f" } },
    credentials: () => temporaryKeys("hwcdn"),
  }),
];
