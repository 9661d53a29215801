import { readFileSync, writeFileSync } from "node:fs";

const DOCS = new URL("../../docs/", import.meta.url);

/** The part of a page between `<!-- generated: NAME -->` and `<!-- end: NAME -->`; throws where there is none. */
export function generatedPart(page: string, name: string): string {
  const { start, end, text } = locate(page, name);
  return text.slice(start, end);
}

/** With PURGELINE_WRITE_DOCS=1 the tests write what they would otherwise compare. */
export const isWriting = process.env.PURGELINE_WRITE_DOCS === "1";

export function writePart(page: string, name: string, part: string): void {
  const { start, end, text } = locate(page, name);
  writeFileSync(new URL(page, DOCS), text.slice(0, start) + part + text.slice(end));
}

function locate(page: string, name: string) {
  const text = readFileSync(new URL(page, DOCS), "utf8");
  const opening = `<!-- generated: ${name} -->\n\n`;
  const start = text.indexOf(opening) + opening.length;
  const end = text.indexOf(`\n<!-- end: ${name} -->`);
  if (start < opening.length || end < 0) throw new Error(`docs/${page} has no generated part ${name}`);
  return { start, end, text };
}
