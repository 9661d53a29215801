import type { Service } from "../../test/huawei/play-account.ts";
import { huaweiCdnSimulator } from "./index.ts";

/** For tests: an account of it. */
export const CDN: Service = {
  provider: "huawei-cdn",
  kind: huaweiCdnSimulator,
  settings: { own: { domainId: "d0a1b2c3d4e5f6071829", enterpriseProjectId: "all" } },
};
