import { createHash } from "node:crypto";
import type { JsonObject } from "@purgeline/core";
import type { IntentBody } from "./intent-body.ts";

/** Always the same for one purge, so that whoever finishes a staging that was cut off makes no second one. */
export function followerId(purgeId: string): string {
  return `int_${createHash("sha256").update(`then ${purgeId}`).digest("hex").slice(0, 32)}`;
}

/** The prefetch that a purge's `then` asks for. How the copy is purged is the purge's own: only the area is its, too. */
export function prefetchOf(purge: IntentBody): IntentBody {
  const { area } = purge.options;
  return {
    ...purge,
    op: "prefetch",
    options: { strength: null, area, own: new Map() },
    isPrefetchedThen: false,
  };
}

/** The body that would have asked for it. */
export function bodyOf({
  op,
  targets,
  accounts,
  priority,
  options,
  notBeforeMs,
  labels,
}: IntentBody): JsonObject {
  return {
    op,
    urls: targets.map(({ text }) => text),
    ...(accounts === null ? {} : { accounts: accounts.map(({ name }) => name) }),
    priority,
    ...(options.area === null ? {} : { options: { area: options.area } }),
    ...(notBeforeMs === null ? {} : { notBefore: new Date(notBeforeMs).toISOString() }),
    labels,
  };
}
