import type { Answer, PlayedAccount, Simulator, SimulatorKind, Visit, WireRequest } from "../kernel/index.ts";
import { codesOf, listed, refuseWith, THROTTLED } from "./codes.ts";
import { answerById, answerList } from "./describe.ts";
import { answerMedia } from "./media.ts";
import { answerJobs, createMediaJobs } from "./media-jobs.ts";
import { createNonceBook } from "./nonce-book.ts";
import { whyNotProven } from "./proof.ts";
import { answerQuota } from "./quota-query.ts";
import { type ApiRequest, commaList, objectPaths, type Product, readRequest } from "./read-call.ts";
import { refuse } from "./replies.ts";
import { answerSubmit } from "./submit.ts";
import { createTaskIds } from "./task-ids.ts";

/** Alibaba Cloud CDN (API 2018-05-10) and ApsaraVideo VOD (2017-03-21), at one address: the version tells which is meant. */
export const alibabaSimulator: SimulatorKind = {
  providers: ["alibaba-cdn", "alibaba-vod"],
  create: createAlibaba,
};

type Operation = (visit: Visit, account: PlayedAccount, asked: ApiRequest) => Answer;

const NO_SUCH_API = listed("InvalidAction.NotFound");

function createAlibaba(): Simulator {
  const nonces = createNonceBook();
  const operations = createOperations();
  const operationOf = ({ product, action }: ApiRequest): Operation | null =>
    product === null ? null : (operations[product].get(action ?? "") ?? null);
  return {
    recognise(request, accounts) {
      const asked = readRequest(request);
      const call = operationOf(asked) === null ? null : asked.action;
      return { account: accountOf(asked, accounts), call, items: itemsOf(asked) };
    },
    answer(visit) {
      const asked = readRequest(visit.request);
      const operation = operationOf(asked);
      if (operation === null || !isAtRoot(visit.request)) return refuse(visit, NO_SUCH_API);
      const refusal = whyNotProven(visit, asked, nonces) ?? (visit.overRate ? THROTTLED : null);
      if (refusal !== null || visit.account === null) return refuse(visit, refusal ?? NO_SUCH_API);
      return operation(visit, visit.account, asked);
    },
    throttled: (visit) => refuse(visit, THROTTLED),
    codes: ({ provider }) => codesOf(provider),
    refusal: refuseWith,
  };
}

function createOperations(): Readonly<Record<Product, ReadonlyMap<string, Operation>>> {
  const taskIds = createTaskIds();
  const jobs = createMediaJobs();
  const submit: Operation = (visit, account, asked) => answerSubmit(visit, account, asked, taskIds);
  const quota: Operation = (_visit, account, { product }) => answerQuota(account, product);
  return {
    "alibaba-cdn": new Map<string, Operation>([
      ["RefreshObjectCaches", submit],
      ["PushObjectCache", submit],
      ["DescribeRefreshTaskById", answerById],
      ["DescribeRefreshTasks", (...given) => answerList(...given, { maxPageSize: 100, field: "CDNTask" })],
      ["DescribeRefreshQuota", quota],
    ]),
    "alibaba-vod": new Map<string, Operation>([
      ["RefreshMediaPlayUrls", (...given) => answerMedia(...given, { taskIds, jobs })],
      ["GetMediaRefreshJobs", (...given) => answerJobs(...given, jobs)],
      ["RefreshVodObjectCaches", submit],
      ["PreloadVodObjectCaches", submit],
      ["DescribeVodRefreshTasks", (...given) => answerList(...given, { maxPageSize: 50, field: "Task" })],
      ["DescribeVodRefreshQuota", quota],
    ]),
  };
}

function isAtRoot({ method, path }: WireRequest): boolean {
  return path === "/" && (method === "POST" || method === "GET");
}

function accountOf(
  { accessKeyId, product }: ApiRequest,
  accounts: readonly PlayedAccount[],
): PlayedAccount | null {
  const isIts = ({ settings: { provider, credentials } }: PlayedAccount): boolean =>
    provider === product && credentials.kind === "keys" && credentials.accessKeyId === accessKeyId;
  return accounts.find(isIts) ?? null;
}

/** Queries are about task ids, which are no items; but DescribeRefreshTasks can filter by ObjectPath. */
function itemsOf({ action, params }: ApiRequest): readonly string[] {
  if (action === "RefreshMediaPlayUrls") return commaList(params, "MediaIds");
  return /^(?:Refresh|Push|Preload)/.test(action ?? "") ? objectPaths(params) : [];
}
