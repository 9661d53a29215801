import type { Verb } from "@purgeline/core";
import { listed, type Producer } from "@purgeline/engine";
import { ApiProblem } from "./api-problem.ts";

/** Whether the token has the right that a route as a whole needs. */
export function mayDo(verb: Verb, { rights }: Producer): boolean {
  return rights === null || rights.verbs.has(verb);
}

/** The token lacks it: its holder is told what it may. */
export function lacksVerb(verb: Verb, { name, rights }: Producer): ApiProblem {
  const detail = `The token ${name} is not allowed "${verb}"; it is allowed ${listed(rights?.verbs ?? [])}.`;
  const errors = [{ path: ["headers", "authorization"], code: "token-verb", detail }];
  return new ApiProblem("forbidden", detail, { errors });
}
