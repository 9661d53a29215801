import type { ProviderPage } from "../shared/page.ts";
import { OWN_OPTIONS } from "./own-options.ts";

export const page: ProviderPage = {
  title: "Tencent Cloud CDN",
  text: `Two APIs; the account's \`signature\` chooses. Both work on the same domains and the same daily
quotas.`,
  accounts: [
    { title: "API 3.0", settings: { signature: "tc3" }, options: OWN_OPTIONS },
    {
      title: "Legacy API v2",
      text: `Tencent has retired it for most accounts; prefetch is not there. The page of 2020 says 1,200
calls a minute for RefreshCdnUrl: an account that is held to it sets
\`limits: { calls: { RefreshCdnUrl: { perMinute: 1200 } } }\`.`,
      settings: { signature: "v2-sha256" },
    },
  ],
  areas: ["mainland", "overseas", "global"],
};
