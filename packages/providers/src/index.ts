import type { Provider, ProviderCatalog } from "@purgeline/core";
import { alibabaCdn } from "./alibaba-cdn/index.ts";
import { alibabaVod } from "./alibaba-vod/index.ts";
import { huaweiCdn } from "./huawei-cdn/index.ts";
import { huaweiVod } from "./huawei-vod/index.ts";
import { tencentCdn } from "./tencent-cdn/index.ts";

export type { PageAccount, PageOption, ProviderPage } from "./shared/page.ts";

const ALL: readonly Provider[] = [alibabaCdn, alibabaVod, tencentCdn, huaweiVod, huaweiCdn];

/** Every provider, by the name that configurations write: one line each above. */
export const providers: ProviderCatalog = new Map(ALL.map((provider) => [provider.name, provider]));
