import type { CallOptions, Checked, IntentOptions, Json, Lane, Problem } from "@purgeline/core";
import { showValue } from "@purgeline/core";

/**
 * An intent's options as the call's parameters. Only directories can be refreshed softly: what the origin has not
 * changed stays. `zhUrlEncode` is every lane's: Chinese characters are encoded first, and only that URL is meant.
 */
export function cdnOptions(lane: Lane, { strength, area, own }: IntentOptions): Checked<CallOptions> {
  const { zhUrlEncode, ...unknown } = own ?? {};
  const isSoft = strength === "soft";
  const problems = [
    ...(isSoft && lane !== "purge-directory"
      ? [bad(["strength"], "soft", `hard: ${lane} has no soft way`)]
      : []),
    ...(area === null ? [] : [bad(["area"], area, "nothing: huawei-cdn serves all areas at once")]),
    ...(zhUrlEncode === undefined || typeof zhUrlEncode === "boolean"
      ? []
      : [bad(["huawei-cdn", "zhUrlEncode"], zhUrlEncode, "true or false")]),
    ...Object.entries(unknown).map(([key, value]) => unknownOption(key, value)),
  ];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: {
      ...(isSoft ? { mode: "detect_modify_refresh" } : {}),
      ...(zhUrlEncode === true ? { zh_url_encode: true } : {}),
    },
  };
}

function bad(path: readonly string[], value: Json, expected: string): Problem {
  const detail = `${path.at(-1)}: expected ${expected}`;
  return { path, code: "unsupported-option", value: showValue(value), detail };
}

function unknownOption(key: string, value: Json): Problem {
  const detail = `${key}: huawei-cdn has no such option; expected zhUrlEncode or nothing`;
  return { path: ["huawei-cdn", key], code: "unknown-option", value: showValue(value), detail };
}
