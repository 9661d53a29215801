import { type AccountSettings, type Problem, showValue } from "@purgeline/core";
import { checkCredentials } from "../shared/alibaba/check-account.ts";
import { VOD_REGIONS } from "./api-host.ts";

export function checkVodAccount(settings: AccountSettings): readonly Problem[] {
  return [...checkCredentials(settings), ...checkRegion(settings)];
}

function checkRegion({ region, endpoint }: AccountSettings): readonly Problem[] {
  if (endpoint !== null || (region !== null && VOD_REGIONS.includes(region))) return [];
  const allowed = `one of ${VOD_REGIONS.join(", ")}; for any other give its endpoint`;
  if (region === null) {
    return [{ path: ["region"], code: "missing-region", detail: `alibaba-vod needs a region: ${allowed}.` }];
  }
  return [
    {
      path: ["region"],
      code: "unknown-region",
      value: showValue(region),
      detail: `region must be ${allowed}.`,
    },
  ];
}
