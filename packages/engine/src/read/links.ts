import type { IntentHead, JsonObject } from "@purgeline/core";

/** Where an intent can be read, relative to the API's origin: behind a proxy that is not ours to know. */
export function linksOf({ id, thenIntent }: Pick<IntentHead, "id" | "thenIntent">): JsonObject {
  const self = selfOf(id);
  const links = { self, targets: `${self}/targets` };
  // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
  return thenIntent === undefined ? links : { ...links, then: selfOf(thenIntent) };
}

function selfOf(id: string): string {
  return `/v1/intents/${id}`;
}
