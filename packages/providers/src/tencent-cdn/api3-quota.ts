import type {
  CallContext,
  CallName,
  HttpReply,
  HttpRequest,
  JsonObject,
  QuotaAnswer,
  QuotaClass,
  QuotaFigure,
} from "@purgeline/core";
import { entryOf } from "../shared/entry-of.ts";
import { objectList, textField } from "../shared/json.ts";
import { noRightToAsk } from "../shared/no-right-to-ask.ts";
import { ABOUT_RIGHTS } from "./api3-errors.ts";
import { openApi3 } from "./api3-reply.ts";
import { api3Request } from "./api3-request.ts";
import { overseas } from "./quota-class.ts";

type Listed = Readonly<Record<string, QuotaClass>>;

/** The lists of each answer, by the class that they are about. */
const LISTS: Readonly<Record<CallName, Listed>> = {
  DescribePurgeQuota: { UrlPurge: "url", PathPurge: "directory" },
  DescribePushQuota: { UrlPush: "prefetch" },
};

export const API3_QUOTA_CALLS: readonly CallName[] = Object.keys(LISTS);

export function encodeApi3Quota(call: CallName, context: CallContext): HttpRequest {
  return api3Request(call, {}, context);
}

export function decodeApi3Quota(call: CallName, reply: HttpReply, response: JsonObject): QuotaAnswer {
  const answer = openApi3(reply, response, null);
  if (!answer.ok) return noRightToAsk(answer.failure, (code) => ABOUT_RIGHTS.has(code));
  const listed = Object.entries(entryOf(LISTS, call) ?? {});
  const figures = listed.flatMap(([list, quotaClass]) =>
    objectList(answer.response, list).flatMap((quota) => figureOf(quota, quotaClass)),
  );
  return { kind: "figures", figures, requestId: answer.requestId };
}

/** None for an area that we have no class for. */
function figureOf(quota: JsonObject, home: QuotaClass): readonly QuotaFigure[] {
  const area = textField(quota, "Area");
  if (area !== "mainland" && area !== "overseas") return [];
  return [
    {
      class: area === "mainland" ? home : overseas(home),
      limit: countField(quota, "Total", 0),
      remaining: countField(quota, "Available", 0),
      // A batch of none would park the lane for good: that is no figure.
      batch: countField(quota, "Batch", 1),
    },
  ];
}

function countField(object: JsonObject, name: string, least: number): number | null {
  const value = Number(textField(object, name) || Number.NaN);
  return Number.isSafeInteger(value) && value >= least ? value : null;
}
