import { afterAll, expect, test } from "vitest";
import { copyWorkspace } from "./workspace-copy.ts";

const copy = copyWorkspace();
afterAll(() => copy.remove());

interface Manifest {
  dependencies?: Record<string, string>;
}

const imports = [
  {
    rule: "a relative import stays in its package",
    path: "packages/engine/src/planted.ts",
    text: 'export { version } from "../../store/src/index.ts";\n',
    named: "import `../../store/src/index.ts` leaves the package",
  },
  {
    rule: "a package imports only what it declares",
    path: "packages/engine/src/planted.ts",
    text: 'export type { Redis } from "ioredis";\n',
    named: "cannot import package `ioredis` because it is not a dependency",
  },
];

const dependencies = [
  { from: "packages/engine", to: "@purgeline/store", rule: "siblings never meet" },
  { from: "packages/store", to: "@purgeline/api", rule: "a package knows no app" },
  { from: "packages/core", to: "@purgeline/config", rule: "the core imports nothing" },
  { from: "packages/testkit", to: "@purgeline/queue", rule: "the testkit knows the core only" },
];

test("turbo boundaries passes on the project as it is", () => {
  expect(copy.run("turbo", ["boundaries"])).toMatchObject({ exitCode: 0 });
});

test.each(imports)("turbo boundaries fails: $rule", ({ path, text, named }) => {
  copy.plant(path, text);
  const { exitCode, output } = copy.run("turbo", ["boundaries"]);
  expect(output).toContain(named);
  expect(exitCode).not.toBe(0);
});

test.each(dependencies)("turbo boundaries fails: $rule ($from on $to)", ({ from, to }) => {
  const name = from.replace("packages", "@purgeline");
  copy.edit<Manifest>(`${from}/package.json`, (manifest) => ({
    ...manifest,
    dependencies: { ...manifest.dependencies, [to]: "workspace:*" },
  }));
  const { exitCode, output } = copy.run("turbo", ["boundaries"]);
  expect(output).toContain(`\`${to}\` found without any tag listed in allowlist for \`${name}\``);
  expect(exitCode).not.toBe(0);
});
