import { dirname, resolve } from "node:path";
import { createLogger, type Logger } from "@purgeline/telemetry";
import { EXIT, type ExitCode } from "../exit.ts";
import { type CheckedConfig, type Environment, readConfig } from "../roles/read-config.ts";
import { type EmbeddedRedis, startEmbeddedRedis } from "./embedded-redis.ts";
import { type KeptProcess, keepAlive } from "./keep-alive.ts";
import { endText } from "./process-end.ts";
import { findRedisServer } from "./redis-program.ts";
import { type Addresses, launchRole } from "./role-process.ts";

export interface UpOptions {
  readonly config: string;
  /** Where the embedded Redis keeps its data; null: `.purgeline` beside the configuration file. */
  readonly data: string | null;
  readonly env: Environment;
  /** This program, to be started again as its roles. */
  readonly entry: string;
  /** Called once, when every role serves. */
  readonly onReady: (addresses: Addresses) => void;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborted by the second: nothing is waited for any more. */
  readonly hurry: AbortSignal;
}

const ROLES = [["api", "--with-board"], ["worker"]] as const;

/** Requests and calls under way may take this long to end. */
const GRACE_MS = 30_000;

/** `up`: keeps api (with the board) and worker alive, and an embedded Redis where the file names none. */
export async function up(options: UpOptions): Promise<ExitCode> {
  const checked = await readConfig(options.config, options.env);
  const log = createLogger({ level: checked.config.log.level, role: "up" });
  for (const warning of checked.warnings) log.warn("config.warned", { warning });
  if (checked.config.redis !== null) return await keepRoles(options, checked, null, log);
  try {
    const redis = await startRedis(options, log);
    // Last to end: the roles write what they hold until theirs.
    return await keepRoles(options, checked, redis, log).finally(() => redis.stop());
  } catch (error) {
    // Ctrl-C while Redis still read its data.
    if (options.signal.aborted && error === options.signal.reason) return EXIT.ok;
    throw error;
  }
}

/** Until it is asked to end, or a role says that it cannot run. */
async function keepRoles(
  options: UpOptions,
  checked: CheckedConfig,
  redis: EmbeddedRedis | null,
  log: Logger,
): Promise<ExitCode> {
  const roles = startRoles(options, checked, redis, log);
  options.hurry.addEventListener("abort", () => {
    for (const role of roles) role.kill();
  });
  try {
    return await Promise.race([untilAsked(options.signal), ...roles.map((role) => untilGivenUp(role))]);
  } finally {
    log.info("process.stopping");
    await Promise.allSettled(roles.map((role) => role.stop(GRACE_MS)));
    log.info("process.stopped");
  }
}

async function startRedis(options: UpOptions, log: Logger): Promise<EmbeddedRedis> {
  return await startEmbeddedRedis({
    program: await findRedisServer(options.env),
    dataDirectory: dataDirectoryOf(options),
    log,
    signal: options.signal,
  });
}

/** Beside the file, wherever `up` is started from: the same configuration always finds the same accepted work. */
function dataDirectoryOf({ data, config }: UpOptions): string {
  if (data !== null) return resolve(data);
  return config === "-" ? resolve(".purgeline") : resolve(dirname(config), ".purgeline");
}

function startRoles(
  options: UpOptions,
  { text, writtenAtMs }: CheckedConfig,
  redis: EmbeddedRedis | null,
  log: Logger,
): readonly KeptProcess[] {
  const env = {
    ...options.env,
    PURGELINE_CONFIG_WRITTEN_AT_MS: String(writtenAtMs),
    ...(redis === null ? {} : { PURGELINE_EMBEDDED_REDIS: redis.socket }),
  };
  const own: Addresses = redis === null ? {} : { Redis: `unix:${redis.socket}` };
  const arrived = onceAllArrived(
    ROLES.map(([role]) => role),
    (all) => options.onReady({ ...all, ...own }),
  );
  return ROLES.map((args) => {
    const [role] = args;
    return keepAlive({
      launch: () =>
        launchRole({ entry: options.entry, args, configText: text, env, onReady: (at) => arrived(role, at) }),
      // It has said itself what is wrong with its input.
      isFinal: ({ code }) => code === EXIT.usage,
      onRestart: (end, againInMs) =>
        log.error("process.failed", { process: role, end: endText(end), againInMs }),
    });
  });
}

/** Only the first time: a role that was started again serves at the same addresses. */
function onceAllArrived(
  roles: readonly string[],
  then: (all: Addresses) => void,
): (role: string, addresses: Addresses) => void {
  const known = new Map<string, Addresses>();
  return (role, addresses) => {
    if (known.has(role)) return;
    known.set(role, addresses);
    if (known.size < roles.length) return;
    // In the order in which people look for them, not in which they happened to arrive.
    then(Object.assign({}, ...roles.map((name) => known.get(name))));
  };
}

function untilAsked(signal: AbortSignal): Promise<ExitCode> {
  if (signal.aborted) return Promise.resolve(EXIT.ok);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(EXIT.ok), { once: true }));
}

/** It has said why itself: its stderr is ours. */
async function untilGivenUp(role: KeptProcess): Promise<ExitCode> {
  await role.gaveUp;
  return EXIT.usage;
}
