import { readdirSync, readFileSync } from "node:fs";
import type { BatchContent, HttpReply, JsonObject } from "@purgeline/core";

/** A call as the provider's pages show it; its file's name begins with what the reply means. */
export interface FixtureCase {
  readonly name: string;
  readonly batch: BatchContent;
  readonly request: { readonly method: string; readonly path: string; readonly body: JsonObject };
  readonly reply: HttpReply;
}

export function readFixtures(folder: URL): readonly FixtureCase[] {
  return readdirSync(folder).map((name) => {
    const fixture = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Omit<FixtureCase, "name">;
    return { name, ...fixture };
  });
}
