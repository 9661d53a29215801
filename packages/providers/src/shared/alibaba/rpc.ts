import { createHmac } from "node:crypto";
import { canonicalQuery, type Params, percent } from "./percent.ts";

/** The `Signature` parameter of the old RPC scheme (HMAC-SHA1) over all parameters of query and form together. */
export function rpcSignature(method: "GET" | "POST", params: Params, accessKeySecret: string): string {
  const stringToSign = `${method}&%2F&${percent(canonicalQuery(params))}`;
  // The key is the secret and "&": the place of an OAuth token secret that the scheme never uses.
  return createHmac("sha1", `${accessKeySecret}&`).update(stringToSign, "utf8").digest("base64");
}
