import { type AccountSettings, type Problem, showValue } from "@purgeline/core";
import { checkCredentials } from "../shared/alibaba/check-account.ts";
import { VOD_REGIONS } from "./api-host.ts";

export function checkVodAccount(settings: AccountSettings): readonly Problem[] {
  return [...checkCredentials(settings), ...checkRegion(settings)];
}

function checkRegion({ region, endpoint }: AccountSettings): readonly Problem[] {
  if (endpoint !== null || (region !== null && VOD_REGIONS.includes(region))) return [];
  const detail = `expected one of ${VOD_REGIONS.join(", ")}; for any other give its endpoint`;
  const path = ["region"];
  return region === null
    ? [{ path, code: "missing-region", detail }]
    : [{ path, code: "unknown-region", value: showValue(region), detail }];
}
