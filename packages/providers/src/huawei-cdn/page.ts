import { IDENTITY_TEXT, SOURCES_TEXT } from "../shared/huawei/page-text.ts";
import type { ProviderPage } from "../shared/page.ts";

const LANES = ["purge-url", "purge-directory", "prefetch-url"] as const;

export const page: ProviderPage = {
  title: "Huawei Cloud CDN",
  text: `${IDENTITY_TEXT}

Errors come with HTTP 200, too. A directory can be purged softly
(\`strength: soft\`): then only what the origin has changed goes. Between a purge and a
prefetch of one URL leave about five minutes (CDN FAQ), or the prefetch may keep the old copy. Of a URL with Chinese characters
both forms may be cached: purge it without \`zhUrlEncode\` and with it. ${SOURCES_TEXT}`,
  settings: {
    domainId: "names the account, since the CDN is a service of all of it",
    enterpriseProjectId: "an enterprise project, or `all`; required where the key or user is a sub-account's",
  },
  accounts: [
    {
      title: "API v1.0",
      settings: { own: { domainId: "0123456789abcdef0123456789abcdef" } },
      options: [
        {
          name: "zhUrlEncode",
          lanes: LANES,
          expected: "`true` or `false`: whether Chinese characters are encoded first",
        },
      ],
    },
  ],
};
