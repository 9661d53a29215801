import type { Provider } from "@purgeline/core";
import { checkCredentials } from "../shared/alibaba/check-account.ts";
import { matchByUrl } from "../shared/alibaba/refresh-rows.ts";
import { ALIBABA_SIGNATURES } from "../shared/alibaba/signed-request.ts";
import { whyNotObjectPath } from "../shared/alibaba/why-not-object-path.ts";
import { decodeSubmit } from "./decode.ts";
import { encodeSubmit } from "./encode.ts";
import { cdnLookup } from "./lookup.ts";
import { cdnOptions } from "./options.ts";
import { decodePoll, encodePoll, maxTasks } from "./poll.ts";
import { cdnQuota } from "./quota.ts";
import { alibabaCdnTable } from "./table.ts";

/** Alibaba Cloud CDN, API 2018-05-10: RefreshObjectCaches and PushObjectCache. */
export const alibabaCdn: Provider = {
  name: "alibaba-cdn",
  signatures: ALIBABA_SIGNATURES,
  check: checkCredentials,
  table: alibabaCdnTable,
  options: cdnOptions,
  whyNot: whyNotObjectPath,
  encode: encodeSubmit,
  decode: decodeSubmit,
  poll: { max: maxTasks, encode: encodePoll, decode: decodePoll, match: matchByUrl },
  lookup: cdnLookup,
  quota: cdnQuota,
};
