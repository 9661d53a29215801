import { pageOptions } from "../shared/alibaba/page-options.ts";
import { PAGE_SOURCES } from "../shared/alibaba/page-sources.ts";
import { PREFETCH_OPTIONS } from "../shared/alibaba/prefetch-options.ts";
import type { ProviderPage } from "../shared/page.ts";
import { MEDIA_OPTIONS } from "./media-options.ts";

export const page: ProviderPage = {
  title: "ApsaraVideo VOD",
  text: `API 2017-03-21, signed like [Alibaba's CDN](alibaba-cdn.md). Media go through two queries:
GetMediaRefreshJobs says that the job's URLs have been submitted, DescribeVodRefreshTasks that they
are done. One media id becomes as many URLs as it has formats, definitions and slices; each counts as
one unit here, so the provider's own refusal is what ends the day. The lanes for URLs and directories
are there in cn-shanghai (and cn-hangzhou, which it serves) only.`,
  accounts: [
    {
      title: "API 2017-03-21",
      settings: { region: "cn-shanghai" },
      options: [
        ...pageOptions(MEDIA_OPTIONS, ["purge-media", "prefetch-media"]),
        ...pageOptions(PREFETCH_OPTIONS, ["prefetch-url"]),
      ],
    },
  ],
  areas: ["domestic", "overseas"],
  sources: PAGE_SOURCES,
};
