import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { whyUnreadable } from "./unreadable.ts";

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says it`), { code });
}

it.each([
  ["EACCES", "this user may not read it"],
  ["EPERM", "this user may not read it"],
  ["EIO", "EIO: as the system says it"],
])("a file that fails with %s is told as: %s", (code, said) => {
  expect(whyUnreadable(failure(code))).toBe(said);
});

it.each([
  ["/tmp", "this is a directory"],
  ["/nowhere/at/all", "there is no such file"],
])("%s cannot be read, since %s", async (path, said) => {
  expect(await readFile(path).then(String, whyUnreadable)).toBe(said);
});
