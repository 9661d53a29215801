import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../cli/free-port.ts";
import { type Running, startPurgeline } from "../cli/program.ts";
import { zoneAtNoon } from "../integration/zone-at-noon.ts";
import { asPattern, type Block, blocksOf } from "./page-steps.ts";

/*
 * docs/simulators.md as its reader follows it: the files are written, the processes
 * started, every command is run by a shell, and what it prints is compared.
 */

const PAGE = readFileSync(new URL("../../docs/simulators.md", import.meta.url), "utf8");
const BLOCKS = blocksOf(PAGE, "## A rehearsal, step by step", "## Control API");
const MAIN = fileURLToPath(import.meta.resolve("@purgeline/cli/main"));
const hasCurl = spawnSync("curl", ["--version"]).status === 0;

const directory = mkdtempSync(join(tmpdir(), "purgeline-rehearsal-"));
const running = new Map<string, Running>();
/** Of the page's ports, which may be taken here, to free ones. */
const ports = new Map<string, string>();
/** Shell functions that the page has defined so far. */
const functions: string[] = [];

beforeAll(async () => {
  for (const port of ["8080", "9101"]) ports.set(port, String(await freePort()));
  const program = `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`;
  writeFileSync(join(directory, "purgeline"), program, { mode: 0o755 });
});

afterAll(async () => {
  for (const role of running.keys()) await end(role);
  rmSync(directory, { recursive: true, force: true });
});

async function end(role: string): Promise<void> {
  running.get(role)?.child.kill("SIGTERM");
  await running.get(role)?.ended;
  running.delete(role);
}

/** The page's file, for here and now. */
function localFile(words: string): string {
  return local(words).replace("askEveryMs: 1000", `askEveryMs: 1000, resetTimeZone: ${zoneAtNoon()}`);
}

function local(words: string): string {
  return words.replaceAll(/\b(?:8080|9101)\b/g, (port) => ports.get(port) ?? port);
}

/** `purgeline sim` and `purgeline up` stay, in a terminal of their own; a second one takes the first one's place. */
async function start(role: string, args: readonly string[]): Promise<void> {
  await end(role);
  const program = startPurgeline([role, ...args], { cwd: directory });
  running.set(role, program);
  await program.until(role === "sim" ? "plays ali" : /^Redis +\S+$/m);
}

async function runShell(script: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const child = spawn("bash", ["-c", [...functions, script].join("\n")], {
    cwd: directory,
    env: {
      ...process.env,
      PATH: [directory, process.env.PATH].join(delimiter),
      PURGELINE_URL: `http://127.0.0.1:${ports.get("8080")}`,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { stdout, stderr };
}

/** A block of commands, and what the page says that it prints. */
async function follow(commands: string, printed: string | null): Promise<void> {
  const lines = local(commands).trim().split("\n");
  functions.push(...lines.filter((line) => /^\w+\(\)/.test(line)));
  const [, role, args] = /^purgeline (sim|up) (.*)$/.exec(lines.at(-1) ?? "") ?? [];
  const { stdout, stderr } = await runShell((role === undefined ? lines : lines.slice(0, -1)).join("\n"));
  if (role !== undefined && args !== undefined) await start(role, args.split(" "));
  if (printed !== null) expect(stdout.trim(), stderr).toMatch(asPattern(local(printed)));
}

describe("docs/simulators.md", () => {
  it("shows a rehearsal", () => {
    expect(BLOCKS.map(({ language }) => language)).toEqual(expect.arrayContaining(["yaml", "sh", "text"]));
  });

  it.skipIf(!hasCurl)("shows commands that do what it says", { timeout: 180_000 }, async () => {
    for (const [at, block] of BLOCKS.entries()) {
      if (block.file !== null) writeFileSync(join(directory, block.file), localFile(block.text));
      if (block.language === "sh") await follow(block.text, printedAfter(at));
    }
  });
});

function printedAfter(at: number): string | null {
  const next: Block | undefined = BLOCKS[at + 1];
  return next?.language === "text" ? next.text : null;
}
