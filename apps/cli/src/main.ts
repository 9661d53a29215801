#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { runProgram } from "./program.ts";
import { processShell } from "./shell.ts";

process.exitCode = await runProgram(
  process.argv.slice(2),
  processShell(fileURLToPath(import.meta.url), process),
);

// A library may go on for ever: BullMQ repeats what it could not write, Redis being silent, on a connection that is closed.
const LEFT_OVER_MS = 1_000;
setTimeout(() => process.exit(), LEFT_OVER_MS).unref();
