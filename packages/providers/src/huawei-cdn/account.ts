import type { AccountSettings, Problem } from "@purgeline/core";
import { identityProblem, problem } from "../shared/huawei/check-account.ts";

/** Regions of the CDN and their hosts: huaweicloud-sdk-nodejs-v3, services/cdn/v2/CdnRegion.ts, read 2026-11-21. */
const HOSTS: Readonly<Record<string, string>> = {
  "cn-north-1": "cdn.myhuaweicloud.com",
  "ap-southeast-1": "cdn.myhuaweicloud.com",
  "eu-west-101": "cdn.myhuaweicloud.eu",
};
const DEFAULT_REGION = "cn-north-1";

export const OWN_SETTINGS: readonly string[] = ["domainId", "enterpriseProjectId"];

/** What an account of the CDN must have. The CDN is a service of the whole account, whose id signs with each request. */
export function checkAccount(settings: AccountSettings): readonly Problem[] {
  return [regionProblem(settings), ...idProblems(settings), identityProblem(settings)].filter(
    (found) => found !== null,
  );
}

/** Where the account's calls go. */
export function originOf({ endpoint, region }: AccountSettings): string {
  return endpoint ?? `https://${HOSTS[region ?? DEFAULT_REGION]}`;
}

function regionProblem({ region }: AccountSettings): Problem | null {
  if (region === null || Object.hasOwn(HOSTS, region)) return null;
  const expected = `one of ${Object.keys(HOSTS).join(", ")}, or nothing for ${DEFAULT_REGION}`;
  return problem(["region"], "bad-region", region, `expected ${expected}`);
}

function idProblems({ own: { domainId, enterpriseProjectId } }: AccountSettings): readonly Problem[] {
  const wrong = (name: string, value: string | undefined, expected: string): Problem =>
    problem(["settings", name], "bad-id", value ?? null, `expected ${expected}`);
  const isId = (value: string): boolean => /^[\w-]{1,64}$/.test(value);
  const account = "the account's id (My Credentials in the console), letters, digits, _ and -";
  const project = "the id of an enterprise project, or all";
  return [
    ...(domainId !== undefined && isId(domainId) ? [] : [wrong("domainId", domainId, account)]),
    ...(enterpriseProjectId === undefined || isId(enterpriseProjectId)
      ? []
      : [wrong("enterpriseProjectId", enterpriseProjectId, project)]),
  ];
}
