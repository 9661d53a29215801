import { readFileSync } from "node:fs";
import { domainToASCII } from "node:url";
import { cacheKey, canonicalUrl, type QueryRule } from "@purgeline/core";
import { describe, expect, it } from "vitest";

const PAGE = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
const [, SECTION = ""] = /^### What is a duplicate$([\s\S]*?)^## /m.exec(PAGE) ?? [];

/** The cells of the rows whose first cell is a URL; code spans without their marks. */
const ROWS = SECTION.split("\n")
  .filter((line) => line.startsWith("| `http"))
  .map((line) => line.split("|").slice(1, -1).map(plain));

function plain(cell: string): string {
  return cell.trim().replace(/^`(.*)`$/, "$1");
}

function keyOf(text: string, rule: QueryRule = "keep"): string {
  const parsed = canonicalUrl(text, { asciiHost: domainToASCII });
  return parsed.ok ? cacheKey(parsed.url, rule) : parsed.fault;
}

const rules = ROWS.filter((cells) => cells[2]?.startsWith("http"));
const pairs = ROWS.filter((cells) => !rules.includes(cells));

describe("the manual's tables of duplicates", () => {
  it("are there", () => {
    expect([pairs.length, rules.length]).toEqual([28, 6]);
  });

  it.each(pairs)("%s and %s: %s", (one = "", other = "", verdict = "") => {
    if (other === "") expect(keyOf(one)).toBe(verdict);
    else expect(keyOf(one) === keyOf(other) ? "one" : "two").toBe(verdict);
  });

  it.each(rules)("%s has the keys %s, %s, %s", (url = "", ...keys) => {
    const only = { only: ["v", "ids[]"] };
    expect([keyOf(url, "keep"), keyOf(url, "ignore"), keyOf(url, only)]).toEqual(keys);
  });
});
