#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { runProgram } from "./program.ts";
import { processShell } from "./shell.ts";

process.exitCode = await runProgram(
  process.argv.slice(2),
  processShell(fileURLToPath(import.meta.url), process),
);
