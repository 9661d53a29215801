import { afterAll, describe, expect, test } from "vitest";
import { copyWorkspace } from "./workspace-copy.ts";

const copy = copyWorkspace();
afterAll(() => copy.remove());

function lint(...files: { path: string; text: string }[]) {
  for (const { path, text } of files) copy.plant(path, text);
  return copy.run("biome", [
    "lint",
    "--max-diagnostics=none",
    "--reporter=github",
    ...files.map(({ path }) => path),
  ]);
}

/** The same import where the library is at home, so that it is the place that fails and not the code. */
const homes = [
  { library: "ioredis", home: "packages/store/src", elsewhere: "packages/engine/src" },
  { library: "ioredis", home: "packages/queue/src", elsewhere: "apps/worker/src" },
  { library: "bullmq", home: "packages/queue/src", elsewhere: "packages/store/src" },
  { library: "bullmq", home: "apps/board/src", elsewhere: "apps/api/src" },
  { library: "undici", home: "packages/http/src", elsewhere: "packages/providers/src" },
  { library: "pino", home: "packages/telemetry/src", elsewhere: "apps/worker/src" },
  { library: "prom-client", home: "packages/telemetry/src", elsewhere: "apps/api/src" },
  { library: "zod", home: "packages/config/src", elsewhere: "packages/core/src" },
  { library: "yaml", home: "packages/config/src", elsewhere: "apps/cli/src" },
  { library: "fastify", home: "apps/api/src", elsewhere: "apps/worker/src" },
  { library: "@bull-board/api", home: "apps/board/src", elsewhere: "apps/api/src" },
  { library: "commander", home: "apps/cli/src", elsewhere: "apps/api/src" },
  { library: "@purgeline/testkit", home: "packages/engine/test", elsewhere: "packages/engine/src" },
  { library: "fast-check", home: "packages/testkit/src", elsewhere: "packages/providers/src" },
];

const importing = (library: string) =>
  `import type * as planted from "${library}";\nexport type Planted = typeof planted;\n`;
const plantedIn = (folder: string, index: number) => `${folder}/planted-${index}.ts`;

describe("one home per library", () => {
  test("each may be imported at home", () => {
    const files = homes.map(({ library, home }, index) => ({
      path: plantedIn(home, index),
      text: importing(library),
    }));
    const inTest = { path: "packages/engine/src/planted.test.ts", text: importing("@purgeline/testkit") };
    expect(lint(...files, inTest)).toMatchObject({ exitCode: 0 });
  });

  test("none may be imported elsewhere, nor by import() or a subpath", () => {
    const files = homes.map(({ library, elsewhere }, index) => ({
      path: plantedIn(elsewhere, index),
      text: importing(library),
    }));
    const late = {
      path: "apps/worker/src/planted.ts",
      text: 'export const load = () => import("bullmq/esm");\n',
    };
    const { exitCode, output } = lint(...files, late);
    for (const { path } of [...files, late]) {
      expect(output).toMatch(
        new RegExp(`::error title=plugin,file=${path},[^:]*::(library-homes|test-only): `),
      );
    }
    expect(exitCode).not.toBe(0);
  });
});

const rules = [
  {
    rule: "noRestrictedImports",
    // a provider imports no other provider
    path: "packages/providers/src/planted/planted.ts",
    bad: 'export type { Planted } from "../tencent-cdn/codec.ts";\n',
    good: 'export type { Planted } from "../shared/planted.ts";\n',
  },
  {
    rule: "noRestrictedGlobals",
    // the core has no clock
    path: "packages/core/src/planted.ts",
    bad: "export const now = () => Date.now();\n",
    good: "export const later = (now: number) => now + 1;\n",
  },
  {
    rule: "noFloatingPromises",
    // nobody forgets to wait
    path: "packages/engine/src/planted.ts",
    bad: "async function work() {}\nexport function start(): void {\n  work();\n}\n",
    good: "async function work() {}\nexport async function start(): Promise<void> {\n  await work();\n}\n",
  },
  {
    rule: "noExplicitAny",
    // nothing is untyped
    path: "packages/engine/src/planted.ts",
    bad: "export const planted = (value: any) => String(value);\n",
    good: "export const planted = (value: unknown) => String(value);\n",
  },
  {
    rule: "noNonNullAssertion",
    // no value is talked into existence
    path: "packages/engine/src/planted.ts",
    bad: "export const first = (row: number[]) => row[0]!;\n",
    good: "export const first = (row: number[]) => row[0] ?? 0;\n",
  },
  {
    rule: "noDefaultExport",
    // a thing has one name
    path: "packages/engine/src/planted.ts",
    bad: "export default 1;\n",
    good: "export const planted = 1;\n",
  },
  {
    rule: "noProcessEnv",
    // the environment enters at the edge
    path: "packages/engine/src/planted.ts",
    bad: 'import process from "node:process";\nexport const planted = process.env.HOME;\n',
    good: "export const planted = (home: string) => home;\n",
  },
  {
    rule: "useNodejsImportProtocol",
    // a Node module looks like one
    path: "packages/store/src/planted.ts",
    bad: 'import { join } from "path";\nexport const planted = join("a", "b");\n',
    good: 'import { join } from "node:path";\nexport const planted = join("a", "b");\n',
  },
  {
    rule: "noBarrelFile",
    // only a package's index re-exports
    path: "packages/store/src/planted.ts",
    bad: 'export * from "./index.ts";\n',
    good: "export const planted = 1;\n",
  },
  {
    rule: "noSkippedTests",
    // a test is not switched off in silence
    path: "packages/engine/src/planted.test.ts",
    bad: 'import { test } from "vitest";\ntest.skip("planted", () => {});\n',
    good: 'import { test } from "vitest";\ntest("planted", () => {});\n',
  },
  {
    rule: "noExcessiveLinesPerFile",
    // no file grows without bound
    path: "packages/engine/src/planted.ts",
    bad: "export const planted = [\n".concat("  1,\n".repeat(300), "];\n"),
    good: "export const planted = [\n".concat("  1,\n".repeat(298), "];\n"),
  },
];

describe("lint rules", () => {
  const plantedAs = (kind: string) =>
    rules.map((row, index) => ({ ...row, path: row.path.replace("planted.", `${kind}-${index}.`) }));

  test("each lets pass what is meant", () => {
    const files = plantedAs("good").map(({ path, good }) => ({ path, text: good }));
    expect(lint(...files)).toMatchObject({ exitCode: 0 });
  });

  test("each fails its violation", () => {
    const files = plantedAs("bad").map(({ path, bad, rule }) => ({ path, text: bad, rule }));
    const { exitCode, output } = lint(...files);
    for (const { path, rule } of files) {
      expect(output).toMatch(new RegExp(`::error title=lint/\\w+/${rule},file=${path},`));
    }
    expect(exitCode).not.toBe(0);
  });

  test("noImportCycles: the files of a package do not import each other in a circle", () => {
    const { exitCode, output } = lint(
      {
        path: "packages/engine/src/planted-one.ts",
        text: 'import { two } from "./planted-two.ts";\nexport const one = () => two;\n',
      },
      {
        path: "packages/engine/src/planted-two.ts",
        text: 'import { one } from "./planted-one.ts";\nexport const two = () => one;\n',
      },
    );
    expect(output).toContain("::error title=lint/suspicious/noImportCycles");
    expect(exitCode).not.toBe(0);
  });
});
