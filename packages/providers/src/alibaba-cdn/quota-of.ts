import type { Lane, QuotaClass } from "@purgeline/core";

/** The class that a lane of the CDN spends; its error code for a spent day is the same for all. */
export const QUOTA_OF: Readonly<Partial<Record<Lane, QuotaClass>>> = {
  "purge-url": "url",
  "purge-directory": "directory",
  "purge-pattern": "pattern",
  "purge-ignore-params": "ignoreParams",
  "prefetch-url": "prefetch",
};
