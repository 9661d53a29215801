import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGES = globSync(["*.md", "docs/**/*.md", "{apps,packages}/*/README.md", "infra/runbooks/*.md"], {
  cwd: ROOT,
});

interface Link {
  readonly text: string;
  readonly file: string;
  readonly anchor: string;
}

/** Links to files and headings of this repository; code is no prose. */
function linksOf(page: string): readonly Link[] {
  const prose = read(page)
    .replaceAll(/^```[\s\S]*?^```/gm, "")
    .replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, text = ""]) => {
    if (/^[a-z]+:/.test(text)) return [];
    const [path = "", anchor = ""] = text.split("#");
    return [{ text, anchor, file: path === "" ? page : relative(ROOT, resolve(ROOT, dirname(page), path)) }];
  });
}

/** As GitHub makes them: lower case, no punctuation, a hyphen for each space. */
function anchorsOf(page: string): readonly string[] {
  const headings =
    read(page)
      .replaceAll(/^```[\s\S]*?^```/gm, "")
      .match(/^#+ .*$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function whyBroken({ text, file, anchor }: Link): string | null {
  if (!existsSync(join(ROOT, file))) return `${text}: there is no ${file}`;
  if (anchor === "" || statSync(join(ROOT, file)).isDirectory() || !file.endsWith(".md")) return null;
  return anchorsOf(file).includes(anchor) ? null : `${text}: ${file} has no heading for it`;
}

function read(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

describe("relative links", () => {
  it.each(PAGES)("of %s lead to files and headings", (page) => {
    expect(
      linksOf(page)
        .map(whyBroken)
        .filter((why) => why !== null),
    ).toEqual([]);
  });

  it("are found in the pages", () => {
    expect(PAGES).toEqual(
      expect.arrayContaining(["README.md", "docs/ARCHITECTURE.md", "docs/providers/README.md"]),
    );
    expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(40);
  });
});
