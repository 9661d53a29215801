import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const ours = fileURLToPath(new URL("../..", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(ours, "package.json"), "utf8"));

/** Writes down how it was called, then does what the test told it to. */
const COMMAND = (name: string, script: string) => `#!/bin/sh
echo "${name} $*" >> "$CALLS"
${script}
`;

/** What `pnpm install` leaves behind, as far as set-up looks at it. */
export const INSTALL = `
node="$PWD/node_modules/node-${process.platform}-${process.arch}/bin"
mkdir -p "$node" apps/cli/node_modules
ln -sf "${process.execPath}" "$node/node"
echo "what pnpm has to say"
`;

/** Stands for the program: says how it was started, then obeys its first argument. */
const PROGRAM = `
const [verb, value] = process.argv.slice(2);
const say = (text) => process.stdout.write(text + "\\n");
let interrupts = 0;
process.on("SIGINT", () => say("interrupt " + ++interrupts));
process.on("SIGTERM", () => { say("terminated after " + interrupts); process.exit(0); });
if (verb === "exit") process.exitCode = Number(value);
else if (verb === "die") process.kill(process.pid, value);
else if (verb === "serve") { setTimeout(() => process.exit(99), 60_000); say("serving"); }
else if (verb === "echo") process.stdin.pipe(process.stdout);
else say(JSON.stringify({ arguments: process.argv.slice(2), folder: process.cwd(), lifeLine: process.env.PURGELINE_LIFE_LINE,
  redis: process.env.PURGELINE_REDIS_SERVER, redisMissing: process.env.PURGELINE_REDIS_SERVER_MISSING }));
`;

export interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when standard output has this text; fails when the process ends without it. */
  shows(text: string): Promise<void>;
  /** The same for standard error. */
  complains(text: string): Promise<void>;
  ended(): Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

/**
 * A project that has nothing but our set-up, on a machine that has nothing but Node: what set-up starts is a script
 * of the test.
 */
export function bareProject() {
  const folder = mkdtempSync(join(tmpdir(), "purgeline setup "));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, "project");
  const programs = join(folder, "bin");
  const calls = join(folder, "calls");
  mkdirSync(join(root, "apps/cli/src"), { recursive: true });
  mkdirSync(programs);
  cpSync(join(ours, "infra/setup"), join(root, "infra/setup"), { recursive: true });
  const optionalDependencies = { [`node-${process.platform}-${process.arch}`]: "24.0.0" };
  const manifest = { type: "module", packageManager: "pnpm@1.2.3", scripts, optionalDependencies };
  writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(root, "pnpm-lock.yaml"), "");
  writeFileSync(join(root, "pnpm-workspace.yaml"), "");
  writeFileSync(join(root, "apps/cli/package.json"), "{}");
  for (const program of ["main.ts", "start.ts"]) writeFileSync(join(root, "apps/cli/src", program), PROGRAM);

  function command(name: string, script: string): void {
    writeFileSync(join(programs, name), COMMAND(name, script));
    chmodSync(join(programs, name), 0o755);
  }
  command("npx", INSTALL);

  function start(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): Run {
    const child = spawn(file, args, {
      cwd: root,
      env: { PATH: `${programs}:${process.env.PATH}`, CALLS: calls, HOME: folder, ...environment },
      // A group of its own, as an interactive shell makes one: signals to the group do not reach the tests.
      detached: true,
    });
    onTestFinished(() => endGroup(child));
    return watch(child);
  }

  return {
    root,
    programs,
    /** Puts a command on PATH. */
    command,
    /** The commands started so far, oldest first. */
    calls: () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []),
    run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Run {
      return start(process.execPath, [join(root, "infra/setup/run.mjs"), ...args], environment);
    },
    /** The same, the way a person does it. */
    npm: (args: readonly string[]): Run => start("npm", args, { npm_config_update_notifier: "false" }),
  };
}

/** What a failed test left waiting. */
function endGroup({ pid }: ChildProcessWithoutNullStreams): void {
  try {
    if (pid) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, as it should.
  }
}

function watch(child: ChildProcessWithoutNullStreams): Run {
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
    });
  }
  const closed = once(child, "close");
  async function has(name: "stdout" | "stderr", wanted: string): Promise<void> {
    while (!text[name].includes(wanted)) {
      await Promise.race([once(child[name], "data"), closed]);
      if (child[name].readableEnded && !text[name].includes(wanted)) {
        throw new Error(`ended without "${wanted}": ${JSON.stringify(text)}`);
      }
    }
  }
  return {
    child,
    shows: (wanted) => has("stdout", wanted),
    complains: (wanted) => has("stderr", wanted),
    async ended() {
      const [exitCode] = await closed;
      return { exitCode, ...text };
    },
  };
}
