import type { Keys } from "../account.ts";
import file from "./tencent.json" with { type: "json" };

/*
 * Signatures made by the official SDKs (qcloudapi-sdk 0.2.1, tencentcloud-sdk-nodejs-cdn
 * 4.0.948) at a fixed clock with invented keys, shaped for the tests.
 */

export interface Tc3Vector {
  readonly id: string;
  readonly keys: Keys;
  readonly input: {
    readonly host: string;
    readonly action: string;
    readonly timestamp: number;
    readonly headers: { readonly "Content-Type": string };
    readonly body: string;
  };
  readonly expected: { readonly authorization: string; readonly canonical_request: string };
}

export interface V2Vector {
  readonly id: string;
  readonly keys: Keys;
  readonly hash: "sha256" | "sha1";
  readonly input: {
    readonly method: "GET" | "POST";
    readonly host: string;
    readonly path: string;
    readonly params: Readonly<Record<string, string>>;
  };
  readonly expected: { readonly string_to_sign: string; readonly signature: string };
}

interface FileRow {
  readonly id: string;
  readonly algorithm: string;
  readonly credentials: { readonly secret_id: string; readonly secret_key: string; readonly token?: string };
  readonly input: unknown;
  readonly expected: unknown;
}

const HASH_OF: Readonly<Record<string, "sha256" | "sha1">> = {
  "v2-HmacSHA256": "sha256",
  "v2-HmacSHA1": "sha1",
};

const rows: readonly FileRow[] = file.vectors;

/** The SDK's clock in every row. */
export const VECTOR_NOW_MS: number = file.fixed.timestamp * 1000;

export const tc3Vectors: readonly Tc3Vector[] = rows
  .filter((row) => row.algorithm === "TC3-HMAC-SHA256")
  .map((row) => ({ ...(row as FileRow & Tc3Vector), keys: keysOf(row) }));

export const v2Vectors: readonly V2Vector[] = rows.flatMap((row) => {
  const hash = HASH_OF[row.algorithm];
  return hash === undefined ? [] : [{ ...(row as FileRow & V2Vector), keys: keysOf(row), hash }];
});

function keysOf({ credentials }: FileRow): Keys {
  return {
    kind: "keys",
    accessKeyId: credentials.secret_id,
    accessKeySecret: credentials.secret_key,
    securityToken: credentials.token ?? null,
  };
}
