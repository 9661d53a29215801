import type { WireRequest } from "../kernel/index.ts";

export type Product = "alibaba-cdn" | "alibaba-vod";

/** A request as the gateway reads it, before anything is checked. */
export interface ApiRequest {
  readonly scheme: "acs3" | "rpc";
  readonly accessKeyId: string | null;
  readonly action: string | null;
  /** By the API's version; null: neither product's. */
  readonly product: Product | null;
  /** The parameters of query and form together: official clients use the one or the other for the same operation. */
  readonly params: ReadonlyMap<string, string>;
}

const PRODUCTS: ReadonlyMap<string, Product> = new Map([
  ["2018-05-10", "alibaba-cdn"],
  ["2017-03-21", "alibaba-vod"],
]);

export function readRequest(request: WireRequest): ApiRequest {
  const authorization = request.headers.authorization ?? "";
  const params = new Map([...pairs(request.query), ...pairs(formOf(request))]);
  const isAcs3 = authorization.startsWith("ACS3-HMAC-SHA256");
  const word = (header: string, param: string): string | null =>
    (isAcs3 ? request.headers[header] : params.get(param)) ?? null;
  return {
    scheme: isAcs3 ? "acs3" : "rpc",
    accessKeyId: isAcs3
      ? (/Credential=([^,\s]+)/.exec(authorization)?.[1] ?? null)
      : (params.get("AccessKeyId") ?? null),
    action: word("x-acs-action", "Action"),
    product: PRODUCTS.get(word("x-acs-version", "Version") ?? "") ?? null,
    params,
  };
}

/** The form body, or nothing: a body of another type is hashed, but names no parameters. */
export function formOf({ headers, body }: WireRequest): string {
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  return isForm ? body.toString("utf8") : "";
}

/** Name and value pairs of a query or a form, decoded. Bytes that are no encoding stay as they are. */
export function pairs(text: string): readonly (readonly [name: string, value: string])[] {
  return [...new URLSearchParams(text)];
}

/** Entries of ObjectPath stand on lines of their own, ended in either way. */
export function objectPaths(params: ReadonlyMap<string, string>): readonly string[] {
  return (params.get("ObjectPath") ?? "").split(/\r?\n/).filter((line) => line !== "");
}

export function commaList(params: ReadonlyMap<string, string>, name: string): readonly string[] {
  return (params.get(name) ?? "").split(",").filter((entry) => entry !== "");
}
