import { describe, expect, it } from "vitest";
import { createTaskIds, type Kind } from "./task-ids.ts";

const items = (count: number, host = "a.test") =>
  Array.from({ length: count }, (_, n) => `https://${host}/${n}`);
const distinct = (...lists: readonly (readonly string[])[]) => new Set(lists.flat()).size;

describe("task ids", () => {
  it.each<[Kind, number]>([
    ["file", 2_000],
    ["preload", 500],
  ])("of one domain and second are shared by calls of %s, up to %i items", (kind, most) => {
    const ids = createTaskIds();
    const first = ids.assign("ali", kind, items(most - 1), 5_000);
    const second = ids.assign("ali", kind, items(2), 5_999);
    expect(distinct(first, second.slice(0, 1))).toBe(1);
    expect(distinct(first, second)).toBe(2);
  });

  it("are new in the next second, and for another domain, kind or account", () => {
    const ids = createTaskIds();
    const assigned = [
      ids.assign("ali", "file", items(1), 5_000),
      ids.assign("ali", "file", items(1), 6_000),
      ids.assign("ali", "file", items(1, "b.test"), 6_000),
      ids.assign("ali", "preload", items(1), 6_000),
      ids.assign("other", "file", items(1), 6_000),
    ];
    expect(distinct(...assigned)).toBe(5);
  });

  it.each<Kind>(["directory", "regex", "ignoreparams"])("of %s are one for each item", (kind) => {
    expect(distinct(createTaskIds().assign("ali", kind, items(3), 5_000))).toBe(3);
  });
});
