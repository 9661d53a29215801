import type { Provider } from "@purgeline/core";
import { huaweiLogin } from "../shared/huawei/login.ts";
import { checkAccount, OWN_SETTINGS } from "./account.ts";
import { decodeSubmit } from "./decode.ts";
import { encodeSubmit } from "./encode.ts";
import { cdnOptions } from "./options.ts";
import { decodeQuery, encodeQuery } from "./poll.ts";
import { matchCdnRows } from "./progress.ts";
import { cdnQuota } from "./quota.ts";
import { HUAWEI_CDN_TABLE } from "./table.ts";

/** Huawei Cloud CDN: refreshing of files and directories, preheating of files. */
export const huaweiCdn: Provider = {
  name: "huawei-cdn",
  // The credentials decide: keys sign with SDK-HMAC-SHA256, a token is a header.
  signatures: [],
  ownSettings: OWN_SETTINGS,
  check: checkAccount,
  table: () => HUAWEI_CDN_TABLE,
  options: cdnOptions,
  encode: encodeSubmit,
  decode: decodeSubmit,
  poll: { max: () => 1, encode: encodeQuery, decode: decodeQuery, match: matchCdnRows },
  quota: cdnQuota,
  login: huaweiLogin(({ own }) => ({ domain: { id: own.domainId ?? null } })),
};
