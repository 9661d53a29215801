import { alibabaSimulator } from "./alibaba/index.ts";
import { huaweiCdnSimulator } from "./huawei-cdn/index.ts";
import { huaweiVodSimulator } from "./huawei-vod/index.ts";
import type { SimulatorKind } from "./kernel/index.ts";
import { tencentSimulator } from "./tencent/index.ts";

/** Every provider that can be played: one line each. */
export const SIMULATOR_KINDS: readonly SimulatorKind[] = [
  alibabaSimulator,
  huaweiVodSimulator,
  huaweiCdnSimulator,
  tencentSimulator,
];
