import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CommandFailed, EXIT, messageOf } from "../exit.ts";
import { isAlive, untilGone } from "./process-end.ts";
import { redisPid } from "./redis-dialogue.ts";
import { type RedisHome, redisPidFile } from "./redis-settings.ts";

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, the final zero included; Redis cuts silently. */
const LONGEST_SOCKET_PATH = 100;

const STALE_GRACE_MS = 30_000;

/** Makes the directory, private to this user. */
export async function makeRedisDirectory(dataDirectory: string): Promise<string> {
  const directory = join(dataDirectory, "redis");
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
  } catch (error) {
    throw new CommandFailed(
      `cannot keep the embedded Redis's data in ${directory}: ${messageOf(error)}; --data DIR names another place`,
      EXIT.usage,
    );
  }
  return directory;
}

/**
 * Chooses where the socket is, and notes it beside the data for whoever comes after a crash.
 * The directory must be locked: the note belongs to the lock's holder.
 */
export async function openRedisHome(directory: string): Promise<RedisHome> {
  const near = join(directory, "redis.sock");
  const isShort = Buffer.byteLength(near) <= LONGEST_SOCKET_PATH;
  const socket = isShort ? near : join(await mkdtemp(join(tmpdir(), "purgeline-")), "redis.sock");
  await writeFile(noteOf(directory), socket, { mode: 0o600 });
  return { directory, socket };
}

/** Removes what the server leaves beside its data. */
export async function closeRedisHome({ directory, socket }: RedisHome): Promise<void> {
  await rm(noteOf(directory), { force: true });
  await rm(socket, { force: true });
  if (dirname(socket) !== directory) await rm(dirname(socket), { recursive: true, force: true });
}

/**
 * Ends the Redis that a killed supervisor left behind; its process id, or null when there is none.
 * The note says where it listens; the server itself says its process id, so that a
 * number that now belongs to somebody else is never trusted.
 */
export async function endStaleRedis(directory: string): Promise<number | null> {
  const socket = await readText(noteOf(directory));
  if (socket === null) return null;
  const pid = await redisPid(socket).catch(async (cause: unknown) => {
    const number = (await readText(redisPidFile(directory)))?.trim() ?? "unknown";
    throw new CommandFailed(
      `a Redis (process ${number}) holds ${directory} and does not answer: end it, then start again`,
      EXIT.usage,
      { cause },
    );
  });
  if (pid !== null) {
    process.kill(pid, "SIGTERM");
    if (!(await untilGone(pid, STALE_GRACE_MS)) && isAlive(pid)) process.kill(pid, "SIGKILL");
    await untilGone(pid, STALE_GRACE_MS);
  }
  await closeRedisHome({ directory, socket });
  return pid;
}

function noteOf(directory: string): string {
  return join(directory, "redis.socket");
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
