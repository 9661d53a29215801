import type { AccountSettings } from "@purgeline/core";
import { accountSettings } from "@purgeline/testkit";
import type { Keys } from "./ask.ts";

export type Product = "alibaba-cdn" | "alibaba-vod";

export function keysOf(accessKeySecret: string, securityToken: string | null = null): Keys {
  return { kind: "keys", accessKeyId: "LTAI5tContract", accessKeySecret, securityToken };
}

export function settingsOf(product: Product, given: Partial<AccountSettings> = {}): AccountSettings {
  return accountSettings({
    name: "ali",
    provider: product,
    region: "cn-shanghai",
    credentials: keysOf("secret/+=~*%"),
    ...given,
  });
}
