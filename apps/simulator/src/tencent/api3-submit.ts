import type { Lane } from "@purgeline/core";
import type { PlayedAccount, Visit } from "../kernel/index.ts";
import type { Api3Result } from "./api3.ts";
import { areOptionsFine } from "./option-check.ts";
import type { ReadableCall } from "./read-call.ts";
import { type Area, type SubmitFault, takeSubmit } from "./submit.ts";

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
    flushType: typeof parameters.FlushType === "string" ? parameters.FlushType : "",
    // A flag of a form is a text.
    urlEncode: String(parameters.UrlEncode) === "true",
  };
  const { lane } = operation;
  const call = action ?? "";
  const taken = takeSubmit(visit, account, {
    lane,
    call,
    area: areaOf(account, lane, parameters),
    items,
    note,
  });
  if (taken.fault !== "none") return errorOf(taken.fault, operation);
  return { response: { TaskId: taken.taskId }, taskIds: [taken.taskId] };
}

/** A purge without Area is one for the domain's own area, which the account says; a push is one for the mainland. */
function areaOf(
  { settings }: PlayedAccount,
  lane: Lane,
  { Area: area }: Readonly<Record<string, unknown>>,
): Area {
  if (area === "overseas" || area === "global") return area;
  return area === undefined && lane !== "prefetch-url" && settings.own.area === "overseas"
    ? "overseas"
    : "mainland";
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
  if (known.includes("FlushType") && parameters.FlushType === undefined)
    return { code: "MissingParameter", message: "The request is missing FlushType." };
  return isList && areas.includes(String(area)) && areOptionsFine(parameters)
    ? null
    : { code: "InvalidParameter.CdnParamError", message: "Parameter error." };
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
