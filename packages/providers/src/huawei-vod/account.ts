import type { AccountSettings, Problem } from "@purgeline/core";
import { identityProblem, problem } from "../shared/huawei/check-account.ts";

/** Regions of VOD and its hosts: huaweicloud-sdk-nodejs-v3, services/vod/v1/VodRegion.ts, read 2026-11-21. */
const REGIONS: readonly string[] = [
  "cn-north-4",
  "cn-north-1",
  "cn-east-2",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-southeast-3",
];

/** What an account of Huawei VOD must have. VOD is a project's service: every path names the project. */
export function checkAccount(settings: AccountSettings): readonly Problem[] {
  return [projectProblem(settings), regionProblem(settings), identityProblem(settings)].filter(
    (problem) => problem !== null,
  );
}

/** Where the account's calls go. */
export function originOf({ endpoint, region }: AccountSettings): string {
  return endpoint ?? `https://vod.${region}.myhuaweicloud.com`;
}

function projectProblem({ projectId }: AccountSettings): Problem | null {
  if (projectId !== null && /^[\w-]{1,64}$/.test(projectId)) return null;
  const expected = "the id of the VOD project, letters, digits, _ and -: it is part of every path";
  return problem(["projectId"], "bad-project-id", projectId, `expected ${expected}`);
}

function regionProblem({ endpoint, region }: AccountSettings): Problem | null {
  if (endpoint !== null || (region !== null && REGIONS.includes(region))) return null;
  const expected = `one of ${REGIONS.join(", ")}, or an endpoint`;
  return problem(["region"], "bad-region", region, `expected ${expected}`);
}
