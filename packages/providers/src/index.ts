import type { Provider, ProviderCatalog } from "@purgeline/core";
import { alibabaCdn } from "./alibaba-cdn/index.ts";
import { alibabaVod } from "./alibaba-vod/index.ts";

const ALL: readonly Provider[] = [alibabaCdn, alibabaVod];

/** Every provider, by the name that configurations write: one line each above. */
export const providers: ProviderCatalog = new Map(ALL.map((provider) => [provider.name, provider]));
