import type {
  AccountSettings,
  CallOptions,
  Checked,
  IntentOptions,
  Json,
  JsonObject,
  Lane,
  Problem,
} from "@purgeline/core";
import { showValue } from "@purgeline/core";
import { isLegacy } from "./account.ts";
import { OWN_OPTIONS } from "./own-options.ts";

/** The block's name in an intent's `options`. */
const OWN = "tencent-cdn";

/**
 * The call's parameters for an intent's options. What equals the provider's default is left
 * out and the rest is written in one fixed order, so that equal wishes are equal JSON.
 */
export function checkOptions(
  lane: Lane,
  given: IntentOptions,
  settings: AccountSettings,
): Checked<CallOptions> {
  const problems: Problem[] = [];
  const options: Record<string, Json> = {
    ...areaOption(lane, given.area, settings, problems),
    ...strengthOption(lane, given, settings, problems),
    ...ownOptions(lane, given.own ?? {}, settings, problems),
  };
  return problems.length === 0 ? { ok: true, value: options } : { ok: false, problems };
}

function areaOption(
  lane: Lane,
  area: string | null,
  settings: AccountSettings,
  problems: Problem[],
): JsonObject {
  if (area === null) return {};
  const refuse = (detail: string): JsonObject => {
    problems.push({ path: ["area"], code: "bad-area", value: showValue(area), detail });
    return {};
  };
  const isPush = lane === "prefetch-url";
  const allowed = isPush ? ["mainland", "overseas", "global"] : ["mainland", "overseas"];
  if (!allowed.includes(area)) return refuse(`expected one of ${allowed.join(", ")} for ${lane}`);
  // A push without Area is one for the mainland, and so is a v2 submit; a purge without it is one
  // for the domain's own area.
  const isDefault = area === "mainland" && (isPush || isLegacy(settings));
  return isDefault ? {} : { Area: area };
}

function strengthOption(
  lane: Lane,
  { strength, area }: IntentOptions,
  settings: AccountSettings,
  problems: Problem[],
): JsonObject {
  if (strength !== "soft") return {};
  // RefreshCdnOverSeaDir has no `type` (document/api/228/7389).
  const isAbroadInV2 = isLegacy(settings) && area === "overseas";
  if (lane === "purge-directory" && !isAbroadInV2) return { FlushType: "flush" };
  problems.push({
    path: ["strength"],
    code: "no-soft-purge",
    value: strength,
    detail: isAbroadInV2
      ? `expected hard for ${lane} overseas: the v2 API has soft purges of mainland directories only`
      : `expected hard for ${lane}: tencent-cdn has soft purges of directories only`,
  });
  return {};
}

function ownOptions(lane: Lane, own: JsonObject, settings: AccountSettings, problems: Problem[]): JsonObject {
  const known = isLegacy(settings) ? [] : OWN_OPTIONS.filter(({ lanes }) => lanes.includes(lane));
  const names = known.map(({ name }) => name);
  for (const key of Object.keys(own).filter((key) => !names.includes(key))) {
    problems.push({
      path: [OWN, key],
      code: "unknown-option",
      value: showValue(own[key]),
      detail:
        names.length === 0
          ? `expected no options for ${lane} here`
          : `expected one of ${names.join(", ")} for ${lane}`,
    });
  }
  const options: Record<string, Json> = {};
  for (const { name, parameter, expected, read } of known) {
    const value = own[name];
    if (value === undefined) continue;
    const result = read(value);
    if (result === "wrong") {
      problems.push({
        path: [OWN, name],
        code: "bad-option",
        value: showValue(value),
        detail: `expected ${expected}`,
      });
    } else if (result !== "default") {
      options[parameter] = result.value;
    }
  }
  return options;
}
