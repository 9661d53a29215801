import type { Answer, PlayedAccount } from "../kernel/index.ts";
import { succeed } from "./replies.ts";

/** Names of the answer's fields and the class that each tells about. */
const FIELDS: Readonly<Record<string, string>> = {
  Url: "url",
  Dir: "directory",
  Preload: "prefetch",
  Regex: "pattern",
  IgnoreParams: "ignoreParams",
};

/** DescribeRefreshQuota and DescribeVodRefreshQuota: numbers as texts, only for what the account's product counts. */
export function answerQuota(account: PlayedAccount): Answer {
  const counted = account.quota.report();
  const fields = Object.entries(FIELDS).flatMap(([name, quotaClass]) => {
    const found = counted.find((entry) => entry.class === quotaClass);
    if (found === undefined) return [];
    return [
      [`${name}Quota`, String(found.limit)],
      [`${name}Remain`, String(found.remaining)],
    ] as const;
  });
  return succeed(Object.fromEntries(fields));
}
