import { expect, test } from "vitest";
import { bareProject } from "./bare-project.ts";

test.each([
  ["its exit code", ["exit", "7"], 7],
  ["128 + n when signal n killed it", ["die", "SIGKILL"], 137],
])("the program's end is passed on: %s", async (_what, args, exitCode) => {
  expect(
    await bareProject()
      .run(["purgeline", ...args])
      .ended(),
  ).toMatchObject({ exitCode });
});

test("standard input reaches the program, and ends there", async () => {
  const run = bareProject().run(["purgeline", "echo"]);
  run.child.stdin.end("https://a.test/\n");
  expect(await run.ended()).toMatchObject({ exitCode: 0, stdout: "https://a.test/\n" });
});

test("Ctrl-C, which comes from the terminal to the whole group and again through npm, is one to the program", async () => {
  const run = bareProject().run(["purgeline", "serve"]);
  await run.shows("serving");
  process.kill(-(run.child.pid ?? 0), "SIGINT");
  await run.shows("interrupt 1");
  run.child.kill("SIGINT");
  run.child.kill("SIGTERM");
  expect(await run.ended()).toMatchObject({
    exitCode: 0,
    stdout: "serving\ninterrupt 1\nterminated after 1\n",
  });
});

test.each(["SIGINT", "SIGTERM"] as const)("%s sent to npm reaches the program", async (signal) => {
  const run = bareProject().npm(["run", "--silent", "purgeline", "--", "serve"]);
  await run.shows("serving");
  run.child.kill(signal);
  await run.shows(signal === "SIGINT" ? "interrupt 1" : "terminated after 0");
});

test("kill -9 of the whole group that npm started lets the program stop in order", async () => {
  const run = bareProject().run(["purgeline", "serve"]);
  await run.shows("serving");
  process.kill(-(run.child.pid ?? 0), "SIGKILL");
  await run.shows("terminated after 0");
});

test("the pipe that ties the program to its starter is not handed to the program's own children", async () => {
  const { stdout } = await bareProject().run(["purgeline"]).ended();
  expect(JSON.parse(stdout)).not.toHaveProperty("lifeLine");
});
