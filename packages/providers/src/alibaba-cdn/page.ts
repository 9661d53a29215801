import { pageOptions } from "../shared/alibaba/page-options.ts";
import { PAGE_SOURCES } from "../shared/alibaba/page-sources.ts";
import { PREFETCH_OPTIONS } from "../shared/alibaba/prefetch-options.ts";
import type { ProviderPage } from "../shared/page.ts";

export const page: ProviderPage = {
  title: "Alibaba Cloud CDN",
  text: `API 2018-05-10, signed with ACS3 or RPC v1. A submit answers with task ids that say nothing
about their URLs: answers are matched by the URL that a row names, never by position.
DescribeRefreshTaskById is asked first; DescribeRefreshTasks tells the pages of a task whose rows do
not fit there.`,
  accounts: [
    {
      title: "API 2018-05-10",
      settings: {},
      options: pageOptions(PREFETCH_OPTIONS, ["prefetch-url"]),
    },
  ],
  areas: ["domestic", "overseas"],
  sources: PAGE_SOURCES,
};
