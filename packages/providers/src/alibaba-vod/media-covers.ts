import type { Cover } from "@purgeline/core";

/**
 * What one RefreshMediaPlayUrls does of another for the same media id (SEED1): no Formats, Definitions or StreamType
 * is all of them, Multiple takes every stream and Single the newest, and the first N slices hold the first N - 1.
 * UserData has to be equal: it may name a callback.
 */
export const MEDIA_COVERS: readonly Cover[] = [
  {
    lane: "purge-media",
    reach: "key",
    options: {
      Formats: { kind: "list" },
      Definitions: { kind: "list" },
      StreamType: { kind: "list" },
      ResultType: { kind: "rank", absent: 0, words: { Multiple: 1 } },
      SliceFlag: { kind: "rank", absent: 0, words: { true: 1 } },
      SliceCount: { kind: "rank", absent: 5, needs: "SliceFlag" },
    },
  },
];
