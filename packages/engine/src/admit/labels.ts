import { showValue } from "@purgeline/core";
import { isObject, type Report, wrongType } from "./json-shape.ts";

// Labels are copied into every leg and every receipt, and searched by the list.
const MOST_LABELS = 16;
const KEY = /^[a-z0-9_.-]{1,63}$/;
const LONGEST_VALUE = 255;

export function readLabels(given: unknown, report: Report): Readonly<Record<string, string>> {
  if (given === undefined) return {};
  if (!isObject(given)) {
    report(wrongType(["labels"], given, "expected an object of strings"));
    return {};
  }
  const entries = Object.entries(given);
  if (entries.length > MOST_LABELS) {
    const detail = `${entries.length} labels; expected at most ${MOST_LABELS}`;
    report({ path: ["labels"], code: "too-many-labels", value: String(entries.length), detail });
    return {};
  }
  const labels = entries.flatMap(([key, value]): [string, string][] => {
    const path = ["labels", showValue(key)];
    if (!KEY.test(key)) {
      const detail = `${JSON.stringify(showValue(key))} is not a label's name; expected 1 to 63 of a-z, 0-9, "_", "." and "-"`;
      report({ path, code: "label-name", value: showValue(key), detail });
    } else if (typeof value !== "string") report(wrongType(path, value, "expected a string"));
    else if (value.length > LONGEST_VALUE) {
      const detail = `the value has ${value.length} characters; expected at most ${LONGEST_VALUE}`;
      report({ path, code: "label-too-long", value: showValue(value), detail });
    } else return [[key, value]];
    return [];
  });
  // fromEntries defines own properties: a label named __proto__ is a label.
  return Object.fromEntries(labels);
}
