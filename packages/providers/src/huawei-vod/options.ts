import type { CallOptions, Checked, IntentOptions, Problem } from "@purgeline/core";
import { showValue } from "@purgeline/core";

/** The calls have no parameters beside their targets, so every option is a problem but the default strength. */
export function checkOptions({ strength, area, own }: IntentOptions): Checked<CallOptions> {
  const problems: Problem[] = [];
  if (strength === "soft") {
    const detail = "strength: huawei-vod always refreshes hard; expected hard or nothing";
    problems.push({ path: ["strength"], code: "unsupported-option", value: "soft", detail });
  }
  if (area !== null) {
    const detail = "area: huawei-vod serves all areas at once; expected nothing";
    problems.push({ path: ["area"], code: "unsupported-option", value: showValue(area), detail });
  }
  for (const [key, value] of Object.entries(own ?? {})) {
    const detail = `${key}: huawei-vod has no options of its own; expected nothing`;
    problems.push({ path: ["huawei-vod", key], code: "unknown-option", value: showValue(value), detail });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: {} };
}

/** Why an asset id cannot be sent; null: it can. */
export function whyNotAssetId(id: string): string | null {
  return /^[\w-]+$/.test(id) ? null : "expected an asset id: letters, digits, _ and - only";
}
