import type { Service } from "../../test/huawei/play-account.ts";
import { huaweiVodSimulator } from "./index.ts";

/** For tests: an account of it. */
export const VOD: Service = {
  provider: "huawei-vod",
  kind: huaweiVodSimulator,
  settings: { projectId: "0a1b2c3d4e5f60718293a4b5c6d7e8f9" },
};
