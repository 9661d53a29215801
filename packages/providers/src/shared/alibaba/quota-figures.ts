import type { HttpReply, JsonObject, QuotaAnswer, QuotaClass, QuotaFigure } from "@purgeline/core";
import { parseObject, textField } from "../json.ts";
import { isSuccess } from "./failure-of.ts";
import { queryFailure } from "./query-failure.ts";

/**
 * How the fields of DescribeRefreshQuota and DescribeVodRefreshQuota begin, and the class that each
 * pair (…Quota, …Remain) tells about (H:448060.htm). Block* counts what we never send. PreloadEdge*
 * counts prefetches to the outer nodes and Preload* those to the inner ones, but no page says which of
 * the two a request spends; holding prefetches down to the smaller figure (20 beside 500 in the
 * sample) would stop what the provider takes, so the outer one is left out, and its end is learnt
 * from a refusal.
 */
const CLASS_OF: Readonly<Record<string, QuotaClass>> = {
  Url: "url",
  Dir: "directory",
  Preload: "prefetch",
  Regex: "pattern",
  IgnoreParams: "ignoreParams",
};

/** A success without a single figure is nothing that can be read. */
export function decodeQuota(reply: HttpReply): QuotaAnswer {
  const body = parseObject(reply.body);
  const figures = body === null || !isSuccess(reply) ? [] : figuresOf(body);
  if (body === null || figures.length === 0) {
    return queryFailure(reply, body);
  }
  return { kind: "figures", figures, requestId: textField(body, "RequestId") };
}

function figuresOf(body: JsonObject): readonly QuotaFigure[] {
  return Object.entries(CLASS_OF).flatMap(([stem, quotaClass]): readonly QuotaFigure[] => {
    const limit = wholeField(body, `${stem}Quota`);
    const remaining = wholeField(body, `${stem}Remain`);
    return limit === null && remaining === null ? [] : [{ class: quotaClass, limit, remaining, batch: null }];
  });
}

/**
 * Declared as text, printed as numbers in an official sample; `blockRemain` in samples of both
 * products shows that initials may be small. A negative number is no count: -1 may mean "no limit".
 */
function wholeField(body: JsonObject, name: string): number | null {
  const text = textField(body, name) ?? textField(body, `${name.charAt(0).toLowerCase()}${name.slice(1)}`);
  const value = text !== null && /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}
