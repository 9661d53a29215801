import type {
  CallContext,
  CallName,
  HttpReply,
  HttpRequest,
  JsonObject,
  Provider,
  QuotaAnswer,
  QuotaClass,
  QuotaFigure,
} from "@purgeline/core";
import { entryOf } from "../shared/entry-of.ts";
import { requestIdOf } from "../shared/huawei/failure.ts";
import { objectList, textField } from "../shared/json.ts";
import { successOf } from "./decode.ts";
import { queryFailure } from "./failure.ts";
import { requestOf } from "./request.ts";

/** What is left of the account's day, other tools' spending included. */
export const cdnQuota: NonNullable<Provider["quota"]> = {
  calls: () => ["ShowQuota"],
  encode: encodeQuota,
  decode: (_call, reply) => decodeQuota(reply),
};

/** The types that are a day's; the others count domains and rules. */
const CLASS_OF: Readonly<Record<string, QuotaClass>> = {
  file_refresh: "url",
  dir_refresh: "directory",
  preheat: "prefetch",
};

function encodeQuota(_call: CallName, call: CallContext): HttpRequest {
  return requestOf("GET", "/v1.0/cdn/quota", {}, null, call);
}

/** A success without a single figure is nothing that can be read. */
function decodeQuota(reply: HttpReply): QuotaAnswer {
  const body = successOf(reply);
  const figures = body === null ? [] : objectList(body, "quotas").flatMap(figureOf);
  if (body === null || figures.length === 0) {
    return queryFailure(reply);
  }
  return { kind: "figures", figures, requestId: requestIdOf(reply, body) };
}

function figureOf(entry: JsonObject): readonly QuotaFigure[] {
  const named = entryOf(CLASS_OF, textField(entry, "type") ?? "");
  const limit = wholeField(entry, "quota_limit");
  const used = wholeField(entry, "used");
  if (named === null || limit === null) return [];
  const remaining = used === null ? null : Math.max(0, limit - used);
  return [{ class: named, limit, remaining, batch: null }];
}

/** A negative number is no count: it may mean "no limit". */
function wholeField(entry: JsonObject, name: string): number | null {
  const value = Number(textField(entry, name) ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}
