import type { Lane, QuotaClass } from "@purgeline/core";

/** The class that a lane of ApsaraVideo VOD spends; a media id spends what its playback URLs are. */
export const QUOTA_OF: Readonly<Partial<Record<Lane, QuotaClass>>> = {
  "purge-url": "url",
  "purge-directory": "directory",
  "purge-pattern": "pattern",
  "purge-ignore-params": "ignoreParams",
  "purge-media": "url",
  "prefetch-url": "prefetch",
  "prefetch-media": "prefetch",
};
