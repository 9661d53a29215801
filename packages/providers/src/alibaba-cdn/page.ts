import { pageOptions } from "../shared/alibaba/page-options.ts";
import { PAGE_SOURCES } from "../shared/alibaba/page-sources.ts";
import type { ProviderPage } from "../shared/page.ts";
import { PUSH_OPTIONS } from "./push-options.ts";

export const page: ProviderPage = {
  title: "Alibaba Cloud CDN",
  text: `API 2018-05-10, signed with ACS3 or RPC v1. A submit answers with task ids that say nothing
about their URLs: answers are matched by the URL that a row names, never by position.
DescribeRefreshTaskById is asked first; DescribeRefreshTasks tells the pages of a task whose rows do
not fit there. Status is refreshed by being asked for, so what is not finished is asked for again; only
Complete and Failed are ends.

\`strength: soft\` sends \`Force=false\` for directories, patterns and pages without their parameters: the
origin may answer 304, and the old copy stays. URLs have no soft purge. Wildcard hosts are refused here
as they are there. \`queryHashkey\` and \`consistencyHash\` are in the official SDK and on no page: they are
passed on as they are said.

The account's own figures come from DescribeRefreshQuota; a key without the right to ask
(\`cdn:DescribeRefreshQuota\`) works all the same, by the table's; without the
right to ask for tasks (\`cdn:DescribeRefreshTaskById\`) it works too, and what nobody may ask about ends as
\`unconfirmed\`. Its PreloadEdge fields (prefetches to the outer
nodes) are not used: no page says which prefetches spend them, and their sample is far below the day's
prefetches. A domain over its minute (\`QuotaPerMinuteExceeded.Refresh\`) or with a full refresh queue
(\`TooMany.Refresh\`) holds back that domain alone. \`PreloadQueueFull\` is a full queue by its message and
the day's end by a help page: the figures decide.`,
  accounts: [
    {
      title: "API 2018-05-10",
      settings: {},
      options: pageOptions(PUSH_OPTIONS, ["prefetch-url"]),
    },
  ],
  areas: ["domestic", "overseas"],
  sources: PAGE_SOURCES,
};
