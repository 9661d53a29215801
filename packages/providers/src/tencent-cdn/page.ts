import type { ProviderPage } from "../shared/page.ts";
import { OWN_OPTIONS } from "./own-options.ts";

export const page: ProviderPage = {
  title: "Tencent Cloud CDN",
  text: `Two APIs; the account's \`signature\` chooses. Both work on the same domains and the same daily
quotas, which count mainland and overseas apart: \`area: overseas\` spends the classes that end in
\`@overseas\`, a prefetch with \`area: global\` spends both and ends as confirmed only when both
are done. In API 3.0 a purge without \`area\` is one for the domain's own area, which only the service
knows. It is counted as mainland, or as the account's \`settings: { area: overseas }\` says: without that
an account whose domains are overseas learns of its spent quota by being refused again and again. An
account that has domains in both areas says \`area\` in each intent. A prefetch without \`area\` is one for
the mainland, whatever the account says.

Accounts are being moved to Tencent Cloud EdgeOne. From then on this API refuses every call
(\`OperationDenied.ProductUpgraded\`, \`.ProductUpdating\`, \`.UserMigrating\`): the targets end as
failed, with a message that says so.`,
  settings: {
    area: "what a purge without `area` spends in API 3.0: `mainland` (default) or `overseas`",
  },
  accounts: [
    {
      title: "API 3.0",
      text: `The service tells quota and batch sizes itself (its pages show batches of 39 and 20 directories,
not 500). One query tells a task of up to 1,000 URLs; where a server gives shorter pages, each page is
asked for once. URLs go out in the caller's spelling; with \`urlEncode\` the service encodes them, and
records of either spelling are matched. What \`parseM3U8\` finds in a playlist spends quota, too: only
the service's own figures show it. International accounts have their own host:
\`endpoint: https://cdn.intl.tencentcloudapi.com\`.`,
      settings: { signature: "tc3" },
      options: OWN_OPTIONS,
    },
    {
      title: "Legacy API v2",
      text: `Tencent has retired it for most accounts; prefetch is not there, and neither are queries of
the quota. The page of 2020 says 1,200 calls a minute for RefreshCdnUrl: an account that is held to it
sets \`limits: { calls: { RefreshCdnUrl: { perMinute: 1200 } } }\`. For three seconds after a submit its
task is not asked for and its URLs are not sent again.

\`area: overseas\` sends RefreshCdnOverSeaUrl and RefreshCdnOverSeaDir, counted with the calls of their
mainland twins, and reads GetCdnOverseaRefreshLog. Directories and overseas submits get no task id:
their records are found in the log, as the first ones since the call began. The log does not tell soft
purges from hard ones, so a directory rests for three seconds between two purges of either strength;
mainland and overseas have a log each and do not wait for each other.`,
      settings: { signature: "v2-sha256" },
    },
  ],
  areas: ["mainland", "overseas", "global"],
};
