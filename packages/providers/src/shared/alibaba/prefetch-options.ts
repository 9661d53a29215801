import { type Json, stableJson } from "@purgeline/core";
import { isObject } from "../json.ts";
import { flagOption, type OptionRules } from "./own-options.ts";

/** A bound of ours, so that headers cannot eat the room of the body's URLs. */
const MAX_HEADERS_CHARS = 2048;

/** PushObjectCache and PreloadVodObjectCaches take the same. */
export const PREFETCH_OPTIONS: OptionRules = {
  l2Preload: flagOption("L2Preload"),
  withHeader: {
    param: "WithHeader",
    expected: `an object of header name → list of values, e.g. {"Accept-Encoding":["gzip"]}, up to ${MAX_HEADERS_CHARS} characters as JSON`,
    read: readHeaders,
  },
};

function readHeaders(value: Json): Json | null {
  if (!isObject(value) || !Object.values(value).every(isTextList)) return null;
  if (Object.keys(value).length === 0) return null;
  const text = stableJson(value);
  return text.length <= MAX_HEADERS_CHARS ? text : null;
}

function isTextList(value: Json): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === "string");
}
