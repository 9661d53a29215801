import type { CallOptions, Lane } from "@purgeline/core";

/** What somebody may ask for. */
export interface Kind {
  readonly lane: Lane;
  readonly text: string;
  readonly options: CallOptions;
}

const SITE = "https://h.example.com/";
const SOFT = { FlushType: "flush" };
export const KINDS: readonly Kind[] = [
  ...["a/0", "a/1", "a/b/2", "c", "a/../c"].map((path) => ({
    lane: "purge-url" as const,
    text: SITE + path,
    options: {},
  })),
  { lane: "purge-url", text: `${SITE}a/0`, options: { Area: "mainland" } },
  ...["", "a/", "a/", "a/b/"].map((path, i) => ({
    lane: "purge-directory" as const,
    text: SITE + path,
    options: i === 2 ? SOFT : {},
  })),
  { lane: "purge-directory", text: `${SITE}a/`, options: { Area: "mainland" } },
  { lane: "purge-media", text: "m", options: {} },
  { lane: "purge-media", text: "m", options: { Formats: "mp4" } },
  { lane: "purge-media", text: "m", options: { Formats: "m3u8,mp4" } },
];
export const LANES = ["purge-url", "purge-directory", "purge-media"] as const satisfies readonly Lane[];

/** What `absorb-steps.ts` says in rules, in plain words. */
export function covers(wide: Kind, narrow: Kind): boolean {
  if (wide.lane === "purge-media") {
    if (narrow.lane !== "purge-media") return false;
    const [all, some] = [wide.options.Formats, narrow.options.Formats];
    return all === undefined || all === some || (all === "m3u8,mp4" && some === "mp4");
  }
  if (wide.lane !== "purge-directory" || narrow.lane === "purge-media") return isSame(wide, narrow);
  const isSoft = wide.options.FlushType === "flush" && narrow.options.FlushType !== "flush";
  const isElsewhere = wide.options.Area !== undefined && wide.options.Area !== narrow.options.Area;
  return !isSoft && !isElsewhere && !narrow.text.includes("..") && narrow.text.startsWith(wide.text);
}

export function isSame(one: Kind, other: Kind): boolean {
  return (
    one.lane === other.lane &&
    one.text === other.text &&
    JSON.stringify(one.options) === JSON.stringify(other.options)
  );
}
