import type { SimulatorKind } from "../kernel/index.ts";
import { behindGateway } from "../shared/huawei/behind-gateway.ts";
import { CODES, refuseWith } from "./codes.ts";
import { answerDetail, answerQuota } from "./queries.ts";
import { cdnError } from "./replies.ts";
import { routeOf, taskIn, urlsIn, wishOf } from "./routes.ts";
import { answerSubmit } from "./submits.ts";

/** Huawei Cloud CDN: a service of the whole account, which a header names and no path does. */
export const huaweiCdnSimulator: SimulatorKind = {
  providers: ["huawei-cdn"],
  create: () =>
    behindGateway({
      header: "x-domain-id",
      scope: "domain",
      idOf: ({ own }) => own.domainId ?? null,
      foreign: () => cdnError("CDN.0020", "The user has no permission."),
      routeOf,
      itemsOf: (body, call) => urlsIn(wishOf(body, call)),
      answer(visit, account) {
        const taskId = taskIn(visit.request);
        if (taskId !== null) return answerDetail(visit, account, taskId);
        return visit.call === "ShowQuota" ? answerQuota(account) : answerSubmit(visit, account);
      },
      codes: CODES,
      refusal: refuseWith,
    }),
};
