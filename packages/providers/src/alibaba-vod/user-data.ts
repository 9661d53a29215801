import { type Json, stableJson } from "@purgeline/core";
import type { OptionRule } from "../shared/alibaba/own-options.ts";
import { isObject } from "../shared/json.ts";

/** A bound of ours: UserData travels in the query, whose limit no page states. */
const MAX_CHARS = 2048;

/** The page of VOD's request parameters names these; a key beside them would be ignored, silently. */
const PARTS: readonly string[] = ["MessageCallback", "Extend", "AccelerateConfig"];

export const USER_DATA: OptionRule = {
  param: "UserData",
  expected: `an object of ${PARTS.join(", ")}, each an object, a CallbackURL in it http or https; up to ${MAX_CHARS} characters as JSON`,
  read: readUserData,
};

function readUserData(value: Json): string | null {
  if (!isObject(value)) return null;
  const isKnown = Object.entries(value).every(([name, part]) => PARTS.includes(name) && isObject(part));
  if (!isKnown || !isCallback(value.MessageCallback)) return null;
  const text = stableJson(value);
  return text.length <= MAX_CHARS ? text : null;
}

/** Without a URL it may be one of the other kind, to a message queue. */
function isCallback(callback: Json | undefined): boolean {
  const url = isObject(callback) ? callback.CallbackURL : undefined;
  return url === undefined || (typeof url === "string" && /^https?:\/\/[^/]/i.test(url));
}
