import { AT_GATEWAY, classed, eachCode } from "../../test/huawei/each-code.ts";
import { VOD } from "./service.ts";

eachCode(VOD, "RefreshAsset", {
  ...AT_GATEWAY,
  ...classed("ambiguous", "VOD.10051 VOD.10052 VST.10002"),
  ...classed("poisoned", "VOD.10053 VOD.10060 VOD.10061 VOD.10062 VOD.10081 VOD.10083 VST.10001"),
  ...classed("auth", "VOD.10054 VOD.10055 VOD.10056 VOD.10057 VST.10004"),
  ...classed("refused", "VOD.10058 VOD.10059 VOD.10063 VOD.10065 VOD.10066 VOD.10101"),
  ...classed("quota", "VOD.10099"),
});
