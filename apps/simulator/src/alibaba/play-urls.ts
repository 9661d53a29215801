import { objectIn } from "./submit-params.ts";

type Params = ReadonlyMap<string, string>;

const FORMATS = ["mp4", "m3u8", "mp3", "flv", "webm", "ts"];
const HOST = "https://vod.simulated.example.com";
const DEFAULT_SLICES = 5;

/** The playback URLs of a media: every format × definition asked for, and the first slices of each playlist. */
export function playUrls(media: string, params: Params): readonly string[] {
  const formats = listOf(params, "Formats", ["mp4", "m3u8"]);
  const definitions = listOf(params, "Definitions", ["SD", "HD"]);
  const slices = params.get("SliceFlag") === "true" ? Number(params.get("SliceCount") ?? DEFAULT_SLICES) : 0;
  return definitions.flatMap((definition) => {
    const base = `${HOST}/${media}/${definition}`;
    const parts = formats.includes("m3u8")
      ? Array.from({ length: slices }, (_, n) => `${base}-${n + 1}.ts`)
      : [];
    return [...formats.map((format) => `${base}.${format}`), ...parts];
  });
}

/** The name of the first parameter whose value the operation does not take. */
export function whyNotSelection(params: Params): string | null {
  const count = Number(params.get("SliceCount") ?? DEFAULT_SLICES);
  const checks: Readonly<Record<string, boolean>> = {
    Formats: listOf(params, "Formats", []).every((format) => FORMATS.includes(format)),
    StreamType: listOf(params, "StreamType", []).every((type) => type === "video" || type === "audio"),
    ResultType: /^(?:Single|Multiple)$/.test(params.get("ResultType") ?? "Single"),
    SliceFlag: /^(?:true|false)$/.test(params.get("SliceFlag") ?? "false"),
    SliceCount: Number.isInteger(count) && count >= 1 && count <= 20,
    UserData: objectIn(params.get("UserData") ?? "{}") !== null,
  };
  return Object.entries(checks).find(([, holds]) => !holds)?.[0] ?? null;
}

function listOf(params: Params, name: string, otherwise: readonly string[]): readonly string[] {
  const given = params.get(name) ?? "";
  return given === "" ? otherwise : given.split(",");
}
