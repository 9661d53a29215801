import { connect } from "node:net";

/**
 * Speaks to the embedded Redis: readiness, its process id, its end. Three inline commands
 * need no client library, whose reconnecting and queueing would have to be switched off.
 * Everything Redis says until it closes the connection; rejects when nobody listens or
 * nothing ends within `timeoutMs`.
 */
export function sayToRedis(socketPath: string, command: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect(socketPath);
    const tooLate = setTimeout(() => socket.destroy(new Error("Redis does not answer")), timeoutMs);
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(`${command}\r\nQUIT\r\n`));
    socket.on("data", (chunk: string) => {
      said += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(tooLate);
      resolve(said);
    });
  });
}

/** Whether it takes commands; one that still reads its data answers `-LOADING`. */
export async function isRedisReady(socketPath: string): Promise<boolean> {
  try {
    return (await sayToRedis(socketPath, "PING", 1_000)).startsWith("+PONG");
  } catch {
    return false;
  }
}

/** The process that serves this socket; null: none. Rejects when it listens and says nothing. */
export async function redisPid(socketPath: string): Promise<number | null> {
  try {
    const pid = /^process_id:(\d+)\r$/m.exec(await sayToRedis(socketPath, "INFO server", 2_000))?.[1];
    return pid === undefined ? null : Number(pid);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ECONNREFUSED" || code === "ENOENT") return null;
    throw error;
  }
}

/** How many others hold a connection. */
export async function countOtherClients(socketPath: string): Promise<number> {
  const list = await sayToRedis(socketPath, "CLIENT LIST", 2_000);
  return [...list.matchAll(/^id=\d+ /gm)].length - 1;
}
