import type { Json } from "@purgeline/core";
import { flagOption, type OptionRule, type OptionRules } from "../shared/alibaba/own-options.ts";
import { USER_DATA } from "./user-data.ts";

const DEFAULT_SLICES = 5;

/** The options of RefreshMediaPlayUrls (SEED1). */
export const MEDIA_OPTIONS: OptionRules = {
  formats: listOption("Formats", ["mp4", "m3u8", "mp3", "flv", "webm", "ts"]),
  definitions: {
    param: "Definitions",
    expected: "a list of definition codes such as LD, SD, HD, 2K",
    // The full list of codes is unconfirmed: what looks like a code goes to the provider.
    read: (value) => readList(value, (code) => /^[A-Za-z0-9_-]{1,32}$/.test(code)),
  },
  streamType: listOption("StreamType", ["video", "audio"]),
  resultType: {
    param: "ResultType",
    expected: "Single or Multiple",
    read: (value) => (value === "Single" ? undefined : value === "Multiple" ? value : null),
  },
  sliceFlag: flagOption("SliceFlag"),
  sliceCount: { param: "SliceCount", expected: "a whole number from 1 to 20", read: readSliceCount },
  userData: USER_DATA,
};

function listOption(param: string, allowed: readonly string[]): OptionRule {
  const expected = `a list of some of ${allowed.join(", ")}`;
  return { param, expected, read: (value) => readList(value, (entry) => allowed.includes(entry)) };
}

/** A list, or the provider's own comma-joined text; sorted, so that equal sets share a call. */
function readList(value: Json, isAllowed: (entry: string) => boolean): string | null {
  const entries: readonly Json[] =
    typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
  const texts = entries.filter((entry) => typeof entry === "string").map((entry) => entry.trim());
  if (texts.length === 0 || texts.length < entries.length || !texts.every(isAllowed)) return null;
  return [...new Set(texts)].sort().join(",");
}

function readSliceCount(value: Json): number | undefined | null {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 20) return null;
  return value === DEFAULT_SLICES ? undefined : value;
}
