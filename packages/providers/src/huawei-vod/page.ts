import { IDENTITY_TEXT, SOURCES_TEXT } from "../shared/huawei/page-text.ts";
import type { ProviderPage } from "../shared/page.ts";

export const page: ProviderPage = {
  title: "Huawei Cloud VOD",
  text: `${IDENTITY_TEXT}

A call takes asset ids or URLs, never both, which is why they are two lanes. Preheating takes one asset
id, and no override can change that. Results name URLs: an asset is known by its id in their paths, and one
that no result names ends \`unconfirmed\`. Where the URLs do not show the ids, give
\`limits: { lanes: { purge-media: { batch: 1 } } }\`: a task about one asset is that asset's. Targets count one unit each, since no page says whether the
provider counts calls, assets or URLs; a lane's \`unitsPerTarget\` says otherwise. ${SOURCES_TEXT}`,
  accounts: [
    { title: "API v1", settings: { region: "cn-north-4", projectId: "0123456789abcdef0123456789abcdef" } },
  ],
};
