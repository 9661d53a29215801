import { readdirSync, readFileSync } from "node:fs";
import type { BatchContent, HttpReply } from "@purgeline/core";

/** A recorded submit; the file's name begins with the outcome that it must decode to. */
export interface Fixture {
  readonly name: string;
  readonly outcome: string;
  readonly batch: BatchContent;
  readonly request: { readonly action: string; readonly params: Readonly<Record<string, string>> };
  readonly reply: HttpReply;
}

export function readFixtures(folder: URL): readonly Fixture[] {
  return readdirSync(folder).map((file) => {
    const fixture = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Omit<
      Fixture,
      "name" | "outcome"
    >;
    return { ...fixture, name: file, outcome: file.split("-", 1)[0] ?? "" };
  });
}
