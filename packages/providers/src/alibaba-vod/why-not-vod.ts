import type { Lane } from "@purgeline/core";
import { whyNotObjectPath } from "../shared/alibaba/why-not-object-path.ts";

/** Media ids travel comma-joined: a comma inside one would make two of it. */
export function whyNotVod(lane: Lane, target: string): string | null {
  if (lane !== "purge-media" && lane !== "prefetch-media") return whyNotObjectPath(lane, target);
  return /^[\w.-]{1,128}$/.test(target)
    ? null
    : "is not a media id: letters, digits, dots, dashes and underscores, up to 128";
}
