import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { problemsOf, VARIANTS } from "./loading.ts";

/** The paths of all mappings of a file, `accounts[].limits.lanes.<lane>` for whichever lane. */
function mappings(value: unknown, path = ""): { path: string; value: object }[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => mappings(each, `${path}[]`));
  const inner = Object.entries(value).flatMap(([key, each]) =>
    mappings(each, path === "" ? key : `${path}.${key}`),
  );
  return [{ path, value }, ...inner];
}

/** What the loader itself says it knows at a mapping, when it is shown a key that it does not know. */
function knownAt(file: object, mapping: object): readonly string[] {
  const text = JSON.stringify(file, (_, each) => (each === mapping ? { ...each, zzzzzzzzz: 1 } : each));
  const detail = problemsOf(text).find(({ code }) => code === "unknown-key")?.detail ?? "";
  return detail.split("known here: ")[1]?.split(", ") ?? [];
}

const general = (path: string): string =>
  path.replace(/(limits\.lanes)\.[^.]+/, "$1.<lane>").replace(/(limits\.calls)\.[^.]+/, "$1.<call>");

it("the manual explains every key that the loader knows, and no other", () => {
  const known = Object.values(VARIANTS).flatMap((file) =>
    mappings(file).flatMap(({ path, value }) =>
      // Calls are named by the providers: the mapping is open.
      path.endsWith("limits.calls")
        ? [`${path}.<call>`]
        : knownAt(file, value).map((key) => general(path === "" ? key : `${path}.${key}`)),
    ),
  );
  const manual = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
  const explained = Array.from(manual.matchAll(/^\| `([^`]+)`/gm), ([, key = ""]) => key);
  // Sections and tables of their own stand in headings.
  const sections = Array.from(manual.matchAll(/^##+ .*$/gm), ([line]) => line).join(" ");
  const isSection = (key: string): boolean => new RegExp(`\`${key}\``).test(sections) || !/[.[]/.test(key);
  expect(new Set(explained)).toEqual(
    new Set(known.filter((key) => !isSection(key) || explained.includes(key))),
  );
});
