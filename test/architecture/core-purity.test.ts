import { afterAll, expect, test } from "vitest";
import { copyWorkspace } from "./workspace-copy.ts";

const copy = copyWorkspace();
afterAll(() => copy.remove());

/** What a pure function cannot touch, each in a form that compiles in every other package. */
const impurities = [
  { name: "process", text: "export const planted = process.pid;" },
  { name: "fetch", text: 'export const planted = fetch("https://a.test/");' },
  { name: "setTimeout", text: "export const planted = setTimeout(() => {}, 1);" },
  { name: "console", text: "export const planted = console.log;" },
  { name: "performance", text: "export const planted = performance.now();" },
  { name: "URL", text: 'export const planted = new URL("https://a.test/");' },
  { name: "node:fs", text: 'import { readFileSync } from "node:fs";\nexport const planted = readFileSync;' },
];

test("the core compiles without Node and DOM", () => {
  expect(copy.run("tsc", [], "packages/core")).toMatchObject({ exitCode: 0 });
});

test("what reads the world does not compile in the core", () => {
  for (const [index, { text }] of impurities.entries())
    copy.plant(`packages/core/src/planted-${index}.ts`, text);
  const { exitCode, output } = copy.run("tsc", [], "packages/core");
  for (const [index, { name }] of impurities.entries()) {
    expect(output).toMatch(
      new RegExp(`src/planted-${index}\\.ts\\(\\d+,\\d+\\): error TS\\d+: Cannot find \\w+ '${name}'`),
    );
  }
  expect(exitCode).not.toBe(0);
});

test("the same lines compile where Node is allowed", () => {
  for (const [index, { text }] of impurities.entries())
    copy.plant(`packages/http/src/planted-${index}.ts`, text);
  expect(copy.run("tsc", [], "packages/http").output).not.toContain("planted-");
});
