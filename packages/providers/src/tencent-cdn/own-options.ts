import type { Json, Lane } from "@purgeline/core";
import { isObject } from "../shared/json.ts";

/** What one option's value comes to: the provider's default (left out), a parameter, or nothing that it takes. */
export type Reading = "default" | "wrong" | { readonly value: Json };

export interface OwnOption {
  /** In an intent's `options`. */
  readonly name: string;
  /** In the provider's request. */
  readonly parameter: string;
  readonly lanes: readonly Lane[];
  /** What it takes, for people. */
  readonly expected: string;
  read(value: Json): Reading;
}

const PUSH: readonly Lane[] = ["prefetch-url"];

/** API 3.0's own options (cloud.tencent.com/document/api/228/37870, 37871, 37869), in the order of the request. */
export const OWN_OPTIONS: readonly OwnOption[] = [
  {
    name: "userAgent",
    parameter: "UserAgent",
    lanes: PUSH,
    expected: "a string of 1 to 1,024 printable characters",
    read: (value) =>
      typeof value === "string" && isPrintable(value, 1_024)
        ? unless(value === "TencentCdn", value)
        : "wrong",
  },
  {
    name: "layer",
    parameter: "Layer",
    lanes: PUSH,
    expected: '"middle"',
    read: (value) => (value === "middle" ? { value } : "wrong"),
  },
  flag("parseM3U8", "ParseM3U8", PUSH),
  flag("disableRange", "DisableRange", PUSH),
  flag("urlEncode", "UrlEncode", ["purge-url", "purge-directory", "prefetch-url"]),
  {
    name: "headers",
    parameter: "Headers",
    lanes: PUSH,
    expected: "an object of at most 20 headers, names of 1 to 128 bytes, values strings of 1 to 1,024 bytes",
    read: readHeaders,
  },
];

function flag(name: string, parameter: string, lanes: readonly Lane[]): OwnOption {
  return {
    name,
    parameter,
    lanes,
    expected: "true or false",
    read: (value) => (typeof value === "boolean" ? unless(!value, value) : "wrong"),
  };
}

function unless(isDefault: boolean, value: Json): Reading {
  return isDefault ? "default" : { value };
}

/** Sorted by name: the order of headers has no meaning, so it must not keep batches apart. */
function readHeaders(value: Json): Reading {
  if (!isObject(value)) return "wrong";
  const headers = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const isEach = headers.every(
    ([name, text]) => isToken(name) && typeof text === "string" && isPrintable(text, 1_024),
  );
  if (headers.length > 20 || !isEach) return "wrong";
  return unless(
    headers.length === 0,
    headers.map(([Name, Value]) => ({ Name, Value })),
  );
}

/** A header name (RFC 9110 §5.6.2). */
function isToken(name: string): boolean {
  return name.length <= 128 && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

/** No control characters: a line break in a header value would add a header at the origin. */
function isPrintable(text: string, maxBytes: number): boolean {
  return text !== "" && Buffer.byteLength(text) <= maxBytes && !/\p{Cc}/u.test(text);
}
