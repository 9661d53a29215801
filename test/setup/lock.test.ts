import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareProject, INSTALL } from "./bare-project.ts";

/** Installs when the test says so. */
const SLOW_INSTALL = `
echo installing >&2
while [ ! -e "$GO" ]; do sleep 0.05; done
${INSTALL}
`;

function slowProject() {
  const project = bareProject();
  project.command("npx", SLOW_INSTALL);
  const go = join(project.root, "go");
  return { project, environment: { GO: go }, go: () => writeFileSync(go, "") };
}

test("of two that start at once one installs, the other says that it waits and finds the work done", async () => {
  const { project, environment, go } = slowProject();
  const first = project.run(["purgeline", "exit", "0"], environment);
  await first.complains("installing");
  const second = project.run(["purgeline", "exit", "0"], environment);
  await second.complains(`process ${first.child.pid} is setting up already`);
  go();
  expect((await first.ended()).exitCode).toBe(0);
  expect((await second.ended()).exitCode).toBe(0);
  expect(project.calls()).toHaveLength(1);
});

test("the lock of one that was killed is taken over by exactly one of those who wait", async () => {
  const { project, environment, go } = slowProject();
  const killed = project.run(["purgeline", "exit", "0"], environment);
  await killed.complains("installing");
  const heirs = [1, 2, 3].map(() => project.run(["purgeline", "exit", "0"], environment));
  for (const heir of heirs) await heir.complains("is setting up already");
  process.kill(-(killed.child.pid ?? 0), "SIGKILL");
  go();
  for (const heir of heirs) expect((await heir.ended()).exitCode).toBe(0);
  expect(project.calls()).toHaveLength(2);
});
