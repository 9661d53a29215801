import type { AccountSettings } from "@purgeline/core";
import type { Keys } from "./ask.ts";

export type Product = "alibaba-cdn" | "alibaba-vod";

export function keysOf(accessKeySecret: string, securityToken: string | null = null): Keys {
  return { kind: "keys", accessKeyId: "LTAI5tContract", accessKeySecret, securityToken };
}

export function settingsOf(product: Product, given: Partial<AccountSettings> = {}): AccountSettings {
  return {
    name: "ali",
    provider: product,
    endpoint: null,
    region: "cn-shanghai",
    projectId: null,
    own: {},
    callbackKey: null,
    signature: null,
    credentials: keysOf("secret/+=~*%"),
    ...given,
  };
}
