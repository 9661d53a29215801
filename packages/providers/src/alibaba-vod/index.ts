import type { Provider } from "@purgeline/core";
import { matchByUrl } from "../shared/alibaba/refresh-rows.ts";
import { ALIBABA_SIGNATURES } from "../shared/alibaba/signed-request.ts";
import { checkVodAccount } from "./check.ts";
import { decodeSubmit } from "./decode.ts";
import { encodeSubmit } from "./encode.ts";
import { vodHint } from "./hint.ts";
import { vodLookup } from "./lookup.ts";
import { vodOptions } from "./options.ts";
import { decodePoll, encodePoll, maxTasks } from "./poll.ts";
import { vodQuota } from "./quota.ts";
import { alibabaVodTable } from "./table.ts";
import { whyNotVod } from "./why-not-vod.ts";

/** ApsaraVideo VOD, API 2017-03-21: RefreshMediaPlayUrls, RefreshVodObjectCaches, PreloadVodObjectCaches. */
export const alibabaVod: Provider = {
  name: "alibaba-vod",
  signatures: ALIBABA_SIGNATURES,
  check: checkVodAccount,
  table: alibabaVodTable,
  options: vodOptions,
  whyNot: whyNotVod,
  encode: encodeSubmit,
  decode: decodeSubmit,
  poll: { max: maxTasks, encode: encodePoll, decode: decodePoll, match: matchByUrl },
  lookup: vodLookup,
  quota: vodQuota,
  hint: vodHint,
};
