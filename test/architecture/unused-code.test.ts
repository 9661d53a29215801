import { afterAll, expect, test } from "vitest";
import { copyWorkspace } from "./workspace-copy.ts";

const copy = copyWorkspace();
afterAll(() => copy.remove());

interface Manifest {
  dependencies?: Record<string, string>;
}

function knip() {
  return copy.run("knip", ["--no-progress", "--reporter=compact"]);
}

test("knip passes on the project as it is", () => {
  expect(knip()).toMatchObject({ exitCode: 0 });
});

test("knip fails: a file that nobody imports", () => {
  copy.plant("packages/core/src/planted.ts", "export const planted = 1;\n");
  const { exitCode, output } = knip();
  expect(output).toMatch(/Unused files \(\d+\) .*packages\/core\/src\/planted\.ts/);
  expect(exitCode).not.toBe(0);
});

test("knip fails: an export that nobody imports", () => {
  copy.plant("packages/core/src/planted.ts", "export const planted = 1;\nexport const used = 2;\n");
  copy.plant("packages/core/src/planted.test.ts", 'import { used } from "./planted.ts";\nvoid used;\n');
  const { exitCode, output } = knip();
  expect(output).toMatch(/Unused exports \(\d+\) .*packages\/core\/src\/planted\.ts: planted/);
  expect(exitCode).not.toBe(0);
});

test("knip fails: a dependency that nobody imports", () => {
  copy.edit<Manifest>("packages/http/package.json", (manifest) => ({
    ...manifest,
    dependencies: { ...manifest.dependencies, yaml: "2.9.1" },
  }));
  const { exitCode, output } = knip();
  expect(output).toMatch(/Unused dependencies \(\d+\) .*packages\/http\/package\.json: (\S+, )*yaml/);
  expect(exitCode).not.toBe(0);
});
