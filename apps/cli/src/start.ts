import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { demonstrate } from "./demo/demonstration.ts";
import { withFreePorts } from "./demo/free-ports.ts";
import { guideText } from "./demo/guide.ts";
import type { ExitCode } from "./exit.ts";
import { explain } from "./explain.ts";
import { catchInterrupts } from "./interrupt.ts";
import { readConfig } from "./roles/read-config.ts";
import { playAccounts } from "./roles/sim.ts";
import { processShell } from "./shell.ts";
import { lockDirectory } from "./up/directory-lock.ts";
import type { Addresses } from "./up/role-process.ts";
import { up } from "./up/up.ts";

/*
 * `npm start`: the newcomer's demonstration. Simulators play demo.yaml's providers in this
 * process; Redis, API, worker and board run under it exactly as `purgeline up` runs them.
 */

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** `npm start -- --data DIR` keeps the data elsewhere. */
const { data } = parseArgs({ options: { data: { type: "string" } } }).values;
const DATA = resolve(data ?? join(ROOT, ".purgeline"));
const DEMO = fileURLToPath(new URL("../demo.yaml", import.meta.url));
const shell = processShell(fileURLToPath(new URL("main.ts", import.meta.url)), process);

async function start(): Promise<ExitCode> {
  const { first, second } = catchInterrupts();
  await mkdir(DATA, { recursive: true });
  const lock = lockDirectory(DATA);
  try {
    const config = await placeConfig();
    const checked = await readConfig(config, shell.env);
    const simulators = await playAccounts(checked.config, checked.name);
    const { out, err, isTerminal } = shell;
    const over = new AbortController();
    const onReady = (addresses: Addresses): void => {
      const api = addresses.API ?? "";
      const signal = AbortSignal.any([first, over.signal]);
      const session = { url: api, token: null, json: false, isTerminal, out, err, signal };
      const guide = guideText({
        addresses,
        simulators: simulators.origins,
        api,
        config,
      });
      void demonstrate(session, Date.now().toString(16))
        .catch((error: unknown) => (signal.aborted ? undefined : explain(error, false, shell)))
        .finally(() => (signal.aborted ? undefined : shell.out(guide)));
    };
    try {
      const { env, entry } = shell;
      return await up({ config, data: DATA, env, entry, onReady, signal: first, hurry: second });
    } finally {
      over.abort();
      await simulators.close();
    }
  } finally {
    lock.release();
  }
}

/** A copy of demo.yaml under `.purgeline`, with free ports; said where one moved. */
async function placeConfig(): Promise<string> {
  const { text, moved } = await withFreePorts(await readFile(DEMO, "utf8"));
  for (const { from, to } of moved) shell.err(`port ${from} is taken: using ${to}\n`);
  const file = join(DATA, "demo.yaml");
  await writeFile(file, text);
  return file;
}

process.exitCode = await start().catch((error: unknown) => explain(error, false, shell));
