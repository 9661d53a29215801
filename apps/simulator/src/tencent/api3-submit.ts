import type { Lane } from "@purgeline/core";
import type { PlayedAccount, Visit } from "../kernel/index.ts";
import type { Api3Result } from "./api3.ts";
import type { ReadableCall } from "./read-call.ts";
import { type SubmitFault, takeSubmit } from "./submit.ts";

interface Operation {
  readonly lane: Lane;
  readonly list: "Urls" | "Paths";
  readonly parameters: readonly string[];
  readonly areas: readonly string[];
  /** In the codes of its limits: `LimitExceeded.Cdn…ExceedBatchLimit`. */
  readonly limit: string;
  readonly wildcard: string;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  PurgeUrlsCache: {
    lane: "purge-url",
    list: "Urls",
    parameters: ["Urls", "Area", "UrlEncode"],
    areas: ["mainland", "overseas"],
    limit: "PurgeUrl",
    wildcard: "InvalidParameter.CdnPurgeWildcardNotAllowed",
  },
  PurgePathCache: {
    lane: "purge-directory",
    list: "Paths",
    parameters: ["Paths", "FlushType", "Area", "UrlEncode"],
    areas: ["mainland", "overseas"],
    limit: "PurgePath",
    wildcard: "InvalidParameter.CdnPurgeWildcardNotAllowed",
  },
  PushUrlsCache: {
    lane: "prefetch-url",
    list: "Urls",
    parameters: "Urls Area UrlEncode UserAgent Layer ParseM3U8 DisableRange Headers".split(" "),
    areas: ["mainland", "overseas", "global"],
    limit: "Push",
    wildcard: "InvalidParameter.CdnPushWildcardNotAllowed",
  },
};

/** PurgeUrlsCache, PurgePathCache, PushUrlsCache: one task id for the whole batch, or one error for it. */
export function submitApi3(
  visit: Visit,
  account: PlayedAccount,
  { action, parameters, items }: ReadableCall,
): Api3Result {
  const operation = OPERATIONS[action ?? ""];
  if (operation === undefined)
    return { code: "InvalidAction", message: `The action ${action} is not valid.` };
  const fault = parameterFault(operation, parameters, items);
  if (fault !== null) return fault;
  const note = {
    area: typeof parameters.Area === "string" ? parameters.Area : "mainland",
    flushType: typeof parameters.FlushType === "string" ? parameters.FlushType : "",
  };
  const taken = takeSubmit(visit, account, { lane: operation.lane, items, note });
  if (taken.fault !== "none") return errorOf(taken.fault, operation);
  return { response: { TaskId: taken.taskId }, taskIds: [taken.taskId] };
}

function parameterFault(
  { list, parameters: known, areas }: Operation,
  parameters: Readonly<Record<string, unknown>>,
  items: readonly string[],
): Api3Result | null {
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined)
    return { code: "UnknownParameter", message: `The parameter ${unknown} is not recognized.` };
  const given = parameters[list];
  if (given === undefined) return { code: "MissingParameter", message: `The request is missing ${list}.` };
  const isList = Array.isArray(given) && given.length === items.length;
  const area = parameters.Area ?? "mainland";
  const flushType = parameters.FlushType ?? (known.includes("FlushType") ? null : "delete");
  if (flushType === null) return { code: "MissingParameter", message: "The request is missing FlushType." };
  const isFine = isList && areas.includes(String(area)) && ["flush", "delete"].includes(String(flushType));
  return isFine ? null : { code: "InvalidParameter.CdnParamError", message: "Parameter error." };
}

function errorOf(fault: Exclude<SubmitFault, "none">, { limit, wildcard }: Operation): Api3Result {
  switch (fault) {
    case "unsupported":
      return { code: "ActionOffline", message: "The account is not played with this API." };
    case "empty":
    case "url":
      return { code: "InvalidParameter.CdnParamError", message: "Parameter error." };
    case "batch":
      return { code: `LimitExceeded.Cdn${limit}ExceedBatchLimit`, message: "Too many in one call." };
    case "length":
      return { code: "InvalidParameter.CdnUrlExceedLength", message: "The URL exceeds the length limit." };
    case "wildcard":
      return { code: wildcard, message: "Wildcard domains are not supported." };
    case "host":
      return { code: "ResourceNotFound.CdnHostNotExists", message: "The domain does not exist." };
    case "quota":
      return { code: `LimitExceeded.Cdn${limit}ExceedDayLimit`, message: "The daily limit is exceeded." };
    default:
      return fault satisfies never;
  }
}
