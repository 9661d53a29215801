import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { withLock } from "./lock.mjs";

function lockFolder() {
  const folder = mkdtempSync(join(tmpdir(), "purgeline-lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("a lock whose pid was given to another process counts as dead", async () => {
  const folder = lockFolder();
  writeFileSync(join(folder, "7"), `${process.pid} 1`);
  const onWait = vi.fn();
  expect(await withLock(folder, async () => "done", onWait)).toBe("done");
  expect(onWait).not.toHaveBeenCalled();
});

test("the lock is free again after work that fails, and leaves one file behind", async () => {
  const folder = lockFolder();
  const failing = withLock(folder, () => Promise.reject(new Error("no network")));
  await expect(failing).rejects.toThrow("no network");
  await withLock(folder, async () => {});
  expect(readdirSync(folder)).toEqual(["2"]);
});
