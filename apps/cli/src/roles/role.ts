import { type Config, DEFAULT_REDIS_PREFIX, type RedisConfig } from "@purgeline/config";
import { NewerData } from "@purgeline/store";
import { createLogger, type Logger } from "@purgeline/telemetry";
import { CommandFailed, EXIT, type ExitCode } from "../exit.ts";
import { countOtherClients, sayToRedis } from "../up/redis-dialogue.ts";
import type { Addresses } from "../up/role-process.ts";
import { VERSION } from "../version.ts";
import { watchLife } from "./life.ts";
import { whyNotListening } from "./listening.ts";
import { type Environment, readConfig } from "./read-config.ts";

/** What the composition of a role gets. */
export interface RoleContext {
  readonly config: Config;
  readonly redis: RedisConfig | { readonly kind: "socket"; readonly path: string; readonly prefix: string };
  readonly configuredAtMs: number;
  readonly version: string;
  readonly log: Logger;
  /** Aborted when the role has to end. */
  readonly signal: AbortSignal;
  /** To be called when the role serves. */
  readonly onReady: (addresses: Addresses) => void;
}

export interface Role {
  readonly name: "api" | "worker" | "board";
  /** The setting to change when its port cannot be had. */
  readonly port: string;
  readonly run: (context: RoleContext) => Promise<void>;
}

/** One role, from the file to its orderly end. */
export async function runRole(role: Role, file: string, env: Environment): Promise<ExitCode> {
  process.title = `purgeline ${role.name}`;
  const { config, name, warnings, writtenAtMs } = await readConfig(file, env);
  const socket = env.PURGELINE_EMBEDDED_REDIS ?? null;
  const redis =
    config.redis ??
    (socket === null ? null : { kind: "socket" as const, path: socket, prefix: DEFAULT_REDIS_PREFIX });
  if (redis === null) {
    throw new CommandFailed(
      `${name}: redis: missing; \`${role.name}\` shares one Redis with the other roles and needs to know where it is ` +
        "(only `purgeline up` starts one of its own)",
      EXIT.usage,
    );
  }
  const log = createLogger({ level: config.log.level, role: role.name });
  const life = watchLife();
  // Under `up` the supervisor has said them, once for all roles.
  if (socket === null) for (const warning of warnings) log.warn("config.warned", { warning });
  try {
    await role.run({
      config,
      redis,
      configuredAtMs: writtenAtMs,
      version: VERSION,
      log,
      signal: life.signal,
      onReady: life.announce,
    });
  } catch (error) {
    // The same again will fail again, so nobody has to start it anew.
    if (error instanceof NewerData) throw new CommandFailed(error.message, EXIT.usage, { cause: error });
    throw whyNotListening(error, role.port) ?? error;
  }
  if (life.isOrphaned() && socket !== null) await endAbandonedRedis(socket);
  return EXIT.ok;
}

/**
 * The supervisor was killed and nobody will stop its Redis: the last role that leaves does.
 * Should two leave in the same instant and each see the other, the next `up` finds the server.
 */
async function endAbandonedRedis(socket: string): Promise<void> {
  try {
    if ((await countOtherClients(socket)) === 0) await sayToRedis(socket, "SHUTDOWN", 30_000);
  } catch {
    // It is gone already.
  }
}
