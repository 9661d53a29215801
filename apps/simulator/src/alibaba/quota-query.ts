import type { QuotaClass } from "@purgeline/core";
import type { Answer, PlayedAccount } from "../kernel/index.ts";
import type { Product } from "./read-call.ts";
import { succeed } from "./replies.ts";

type Fields = Readonly<Record<string, QuotaClass>>;

const BOTH: Fields = { Url: "url", Dir: "directory", Preload: "prefetch" };

/** How the fields begin, and the class that each pair tells about: VOD has none for patterns and parameters. */
const FIELDS: Readonly<Record<Product, Fields>> = {
  "alibaba-cdn": { ...BOTH, Regex: "pattern", IgnoreParams: "ignoreParams" },
  "alibaba-vod": BOTH,
};

/** What nothing here spends, as the samples print it; VOD's has a small letter at its beginning. */
const UNSPENT: Readonly<Record<Product, Readonly<Record<string, string>>>> = {
  "alibaba-cdn": { PreloadEdgeQuota: "20", PreloadEdgeRemain: "20", BlockQuota: "300", BlockRemain: "300" },
  "alibaba-vod": { BlockQuota: "300", blockRemain: "300" },
};

/** DescribeRefreshQuota and DescribeVodRefreshQuota: numbers as texts. */
export function answerQuota(account: PlayedAccount, product: Product | null): Answer {
  if (product === null) return succeed({});
  const counted = new Map(account.quota.report().map((entry) => [entry.class, entry]));
  const pairs = Object.entries(FIELDS[product]).flatMap(([stem, quotaClass]) => {
    const found = counted.get(quotaClass);
    if (found === undefined) return [];
    return [
      [`${stem}Quota`, String(found.limit)],
      [`${stem}Remain`, String(found.remaining)],
    ] as const;
  });
  return succeed({ ...Object.fromEntries(pairs), ...UNSPENT[product] });
}
