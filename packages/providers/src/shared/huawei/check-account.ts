import type { AccountSettings, Problem } from "@purgeline/core";
import { showValue } from "@purgeline/core";

/** What is wrong with the identity service of credentials that log in; null: nothing. */
export function identityProblem({ credentials }: AccountSettings): Problem | null {
  if (credentials.kind !== "iam") return null;
  const url = URL.parse(credentials.endpoint);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && /^\/?$/.test(url.pathname + url.search);
  if (isOrigin) return null;
  const path = ["credentials", "iam", "endpoint"];
  const expected = "an http(s) origin, such as https://iam.cn-north-4.myhuaweicloud.com";
  return problem(path, "bad-origin", credentials.endpoint, `expected ${expected}`);
}

/** A fault of the account: the value is shown where there is one. */
export function problem(
  path: readonly string[],
  code: string,
  value: string | null,
  detail: string,
): Problem {
  return { path, code, ...(value === null ? {} : { value: showValue(value) }), detail };
}
