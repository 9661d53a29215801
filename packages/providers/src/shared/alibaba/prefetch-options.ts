import { type Json, stableJson } from "@purgeline/core";
import { isObject } from "../json.ts";
import { flagOption, type OptionRules } from "./own-options.ts";

/** A bound of ours, so that headers cannot eat the room of the body's URLs. */
const MAX_HEADERS_CHARS = 2048;

/** RFC 9110 §5.6.2: what a header's name may consist of. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** What PushObjectCache and PreloadVodObjectCaches both take. */
export const PREFETCH_OPTIONS: OptionRules = {
  l2Preload: flagOption("L2Preload"),
  withHeader: {
    param: "WithHeader",
    expected: `an object of header name → list of values, e.g. {"Accept-Encoding":["gzip"]}, up to ${MAX_HEADERS_CHARS} characters as JSON`,
    read: readHeaders,
  },
};

function readHeaders(value: Json): string | null {
  if (!isObject(value) || !Object.values(value).every(isValueList)) return null;
  const names = Object.keys(value);
  if (names.length === 0 || !names.every((name) => HEADER_NAME.test(name))) return null;
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) return null;
  const text = stableJson(value);
  return text.length <= MAX_HEADERS_CHARS ? text : null;
}

/** The values' order is kept: no page says that it means nothing. */
function isValueList(value: Json): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isHeaderValue);
}

function isHeaderValue(value: Json): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line end in a value would begin a header of its own.
  return typeof value === "string" && !/[\u0000-\u001f\u007f]/.test(value);
}
