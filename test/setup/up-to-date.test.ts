import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareProject } from "./bare-project.ts";

const INSTALLED = "npx --yes pnpm@1.2.3 install --frozen-lockfile";

test("what set-up and pnpm say goes to standard error, the program's words alone to standard output", async () => {
  const project = bareProject();
  const { exitCode, stdout, stderr } = await project.run(["purgeline", "exit", "0"]).ended();
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  expect(stderr).toMatch(/fetching pnpm@1\.2\.3, Node 24\.0\.0 and the packages .* from the npm registry/);
  expect(stderr).toContain("what pnpm has to say");
  expect(project.calls()).toEqual([INSTALLED]);
});

test("an up-to-date project starts nothing but the program and says nothing", async () => {
  const project = bareProject();
  await project.run(["purgeline"]).ended();
  const { exitCode, stderr } = await project.run(["purgeline"]).ended();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(project.calls()).toEqual([INSTALLED]);
});

test.each([
  ["another lockfile", (root: string) => appendFileSync(join(root, "pnpm-lock.yaml"), "changed")],
  ["another package.json", (root: string) => writeFileSync(join(root, "apps/cli/package.json"), '{"a":1}')],
  ["node_modules removed", (root: string) => rmSync(join(root, "node_modules"), { recursive: true })],
  [
    "a package's node_modules removed",
    (root: string) => rmSync(join(root, "apps/cli/node_modules"), { recursive: true }),
  ],
])("%s is installed again", async (_what, change) => {
  const project = bareProject();
  await project.run(["purgeline"]).ended();
  change(project.root);
  await project.run(["purgeline"]).ended();
  expect(project.calls()).toEqual([INSTALLED, INSTALLED]);
});

test("a failed install is reported, starts no program, and is tried again", async () => {
  const project = bareProject();
  project.command("npx", "echo no such package >&2; exit 3");
  const { exitCode, stdout, stderr } = await project.run(["purgeline"]).ended();
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(/no such package\n.*pnpm install failed \(exit 3\)/);
  await project.run(["purgeline"]).ended();
  expect(project.calls()).toHaveLength(2);
});

test("the program sees the caller's folder and arguments", async () => {
  const project = bareProject();
  const caller = join(project.root, "somewhere");
  mkdirSync(caller);
  const asNpm = { npm_lifecycle_event: "purgeline", INIT_CWD: caller };
  const { stdout } = await project.run(["purgeline", "purge", "--label", "a=b c"], asNpm).ended();
  expect(JSON.parse(stdout)).toMatchObject({ arguments: ["purge", "--label", "a=b c"], folder: caller });
});

test("an unknown command names the known ones", async () => {
  const { exitCode, stderr } = await bareProject().run(["stat"]).ended();
  expect(exitCode).toBe(1);
  expect(stderr).toContain('"stat" is not one of start, purgeline, test, check, fix, real-input');
});
