import type { SimulatorKind } from "../kernel/index.ts";
import { behindGateway } from "../shared/huawei/behind-gateway.ts";
import { CODES, refuseWith } from "./codes.ts";
import { answerQuery } from "./queries.ts";
import { vodError } from "./replies.ts";
import { itemsOf, routeOf } from "./routes.ts";
import { answerSubmit } from "./submits.ts";

/** Huawei Cloud VOD: a project's service, whose every path names the project. */
export const huaweiVodSimulator: SimulatorKind = {
  providers: ["huawei-vod"],
  create: () =>
    behindGateway({
      header: "x-project-id",
      scope: "project",
      idOf: ({ projectId }) => projectId,
      foreign: () => vodError(403, "VOD.10057", "The tenant ID check failed."),
      routeOf,
      itemsOf,
      answer: (visit, account) =>
        visit.request.method === "GET" ? answerQuery(visit, account) : answerSubmit(visit, account),
      codes: CODES,
      refusal: refuseWith,
    }),
};
