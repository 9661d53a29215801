import { pageOptions } from "../shared/alibaba/page-options.ts";
import { PAGE_SOURCES } from "../shared/alibaba/page-sources.ts";
import { PREFETCH_OPTIONS } from "../shared/alibaba/prefetch-options.ts";
import type { ProviderPage } from "../shared/page.ts";
import { MEDIA_OPTIONS } from "./media-options.ts";

export const page: ProviderPage = {
  title: "ApsaraVideo VOD",
  text: `API 2017-03-21, signed like [Alibaba's CDN](alibaba-cdn.md). Media go through two queries:
GetMediaRefreshJobs says that the job's URLs have been submitted, DescribeVodRefreshTasks that they
are done. A media is confirmed when every URL that the job named for it is listed as complete under one
of its task ids; other URLs of the same task count for nothing. One media id becomes as many URLs as it
has formats, definitions and slices (\`sliceCount\` needs \`sliceFlag: true\`); each media id
counts as one unit here, so the provider's own refusal is what ends the day; \`unitsPerTarget\` of the media
lanes takes a better estimate. A media whose URLs could not be submitted fails
with the job's code; \`retry\` sends it again. The lanes for URLs, directories, patterns and pages without
their parameters, and the quota query, are there in cn-shanghai (and cn-hangzhou, which it serves) only.

When all URLs of a media were submitted, VOD can call back: give \`userData\` with a
\`MessageCallback.CallbackURL\`, and the account the console's key as \`credentials.callbackKey\`. A
SubmitMediaRefreshComplete with its signature, no more than five minutes from now, makes the job's next
query due; it confirms nothing. VOD must have HTTP callbacks enabled, and this event by SetMessageCallback.`,
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
