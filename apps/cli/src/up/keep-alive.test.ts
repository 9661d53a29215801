import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { keepAlive, restartInMs } from "./keep-alive.ts";
import { endText, type ProcessEnd } from "./process-end.ts";

const node = (script: string) =>
  spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
const WAITING = "console.log('up'); setInterval(() => {}, 1000)";

it("the pauses grow from a blink to ten seconds", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 20].map(restartInMs)).toEqual([
    200, 400, 800, 1600, 3200, 6400, 10_000, 10_000,
  ]);
});

it("a process that is killed is started again, until it is stopped", async () => {
  const launched: ReturnType<typeof node>[] = [];
  const second = Promise.withResolvers<void>();
  const ends: ProcessEnd[] = [];
  const kept = keepAlive({
    launch: () => {
      const child = node(WAITING);
      launched.push(child);
      if (launched.length === 2) second.resolve();
      return child;
    },
    isFinal: () => false,
    onRestart: (end) => ends.push(end),
  });
  const [first] = launched;
  if (first?.stdout) await once(first.stdout, "data");
  first?.kill("SIGKILL");
  await second.promise;
  expect(ends).toEqual([{ code: null, signal: "SIGKILL", error: null }]);
  await kept.stop(5_000);
  expect(launched).toHaveLength(2);
  expect(launched[1]?.signalCode).toBe("SIGTERM");
  await kept.stop(5_000);
});

it("one whose end is final is not started again", async () => {
  let launches = 0;
  const kept = keepAlive({
    launch: () => {
      launches += 1;
      return node("process.exit(2)");
    },
    isFinal: ({ code }) => code === 2,
    onRestart: () => undefined,
  });
  expect(await kept.gaveUp).toMatchObject({ code: 2, signal: null });
  await kept.stop(1_000);
  expect(launches).toBe(1);
});

it("one that does not listen to SIGTERM is killed when its grace is over", async () => {
  const child = node(`process.on('SIGTERM', () => {}); ${WAITING}`);
  const kept = keepAlive({ launch: () => child, isFinal: () => false, onRestart: () => undefined });
  if (child.stdout) await once(child.stdout, "data");
  await kept.stop(50);
  expect(child.signalCode).toBe("SIGKILL");
});

it("a program that cannot be started counts as an end, and is tried again", async () => {
  const restart = Promise.withResolvers<ProcessEnd>();
  const kept = keepAlive({
    launch: () => spawn("/nowhere/redis-server"),
    isFinal: () => false,
    onRestart: (end) => restart.resolve(end),
  });
  expect(endText(await restart.promise)).toContain("ENOENT");
  await kept.stop(10);
});
