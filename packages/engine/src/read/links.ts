import type { JsonObject } from "@purgeline/core";

/** Where an intent can be read, relative to the API's origin: behind a proxy that is not ours to know. */
export function linksOf(intentId: string): JsonObject {
  const self = `/v1/intents/${intentId}`;
  return { self, targets: `${self}/targets` };
}
