import type { CallOptions } from "@purgeline/core";
import type { Params } from "./percent.ts";

/** Options as request parameters: true becomes "true", 5 becomes "5", as the SDK casts them. */
export function paramsOf(options: CallOptions): Params {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]));
}
