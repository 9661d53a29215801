import { AT_GATEWAY, classed, eachCode } from "../../test/huawei/each-code.ts";
import { CDN } from "./service.ts";

eachCode(CDN, "CreateRefreshTasks", {
  ...AT_GATEWAY,
  ...classed("auth", "CDN.0004 CDN.0020 CDN.0021 CDN.0114"),
  ...classed("poisoned", "CDN.0105 CDN.0106 CDN.0108"),
  ...classed("quota", "CDN.0005 CDN.0110"),
  ...classed("refused", "CDN.0101"),
});
