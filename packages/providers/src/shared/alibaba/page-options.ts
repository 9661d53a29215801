import type { Lane } from "@purgeline/core";
import type { PageOption } from "../page.ts";
import type { OptionRules } from "./own-options.ts";

/** The rules of these lanes' options, for the page. */
export function pageOptions(rules: OptionRules, lanes: readonly Lane[]): readonly PageOption[] {
  return Object.entries(rules).map(([name, { expected }]) => ({ name, lanes, expected }));
}
