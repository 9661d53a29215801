import type { Provider } from "@purgeline/core";
import { huaweiLogin } from "../shared/huawei/login.ts";
import { checkAccount } from "./account.ts";
import { decodeSubmit } from "./decode.ts";
import { encodeSubmit } from "./encode.ts";
import { matchHuaweiRows } from "./match.ts";
import { checkOptions, whyNotAssetId } from "./options.ts";
import { decodeQuery, encodeQuery } from "./poll.ts";
import { HUAWEI_VOD_TABLE } from "./table.ts";

/** Huawei Cloud VOD: refreshing and preheating of assets and their URLs. */
export const huaweiVod: Provider = {
  name: "huawei-vod",
  // The credentials decide: keys sign with SDK-HMAC-SHA256, a token is a header.
  signatures: [],
  check: checkAccount,
  table: () => HUAWEI_VOD_TABLE,
  options: (_lane, given) => checkOptions(given),
  whyNot: (lane, target) => (lane.endsWith("-media") ? whyNotAssetId(target) : null),
  encode: encodeSubmit,
  decode: decodeSubmit,
  poll: { max: () => 1, encode: encodeQuery, decode: decodeQuery, match: matchHuaweiRows },
  login: huaweiLogin(({ projectId }) => ({ project: { id: projectId } })),
};
