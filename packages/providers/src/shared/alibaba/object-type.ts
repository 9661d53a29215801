import type { Lane } from "@purgeline/core";

/**
 * RefreshObjectCaches and RefreshVodObjectCaches name the kind of their entries alike. `IgnoreParams`
 * is the word of H:91164 and VOD3, and of the quota's fields; `ExQuery` stands in the SDK's comments alone.
 */
const OBJECT_TYPE: Readonly<Partial<Record<Lane, string>>> = {
  "purge-url": "File",
  "purge-directory": "Directory",
  "purge-pattern": "Regex",
  "purge-ignore-params": "IgnoreParams",
};

/** null: the lane is no refresh of URLs. */
export function objectTypeOf(lane: Lane): string | null {
  return OBJECT_TYPE[lane] ?? null;
}
