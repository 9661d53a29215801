import { type ChildProcess, spawn } from "node:child_process";

/** What is where, in words for people: `{ API: "http://127.0.0.1:8080" }`. */
export type Addresses = Readonly<Record<string, string>>;

/** What a role says over the IPC channel when it serves. */
interface ReadyMessage {
  readonly ready: Addresses;
}

export interface RoleProcessOptions {
  /** This program. */
  readonly entry: string;
  readonly args: readonly string[];
  /** The checked text itself: a file could change, or be taken away, before a restart reads it. */
  readonly configText: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onReady: (addresses: Addresses) => void;
}

/**
 * Starts this program as one role. The IPC channel is its lifeline: when the supervisor
 * is gone, however it went, the channel closes and the role stops in order.
 */
export function launchRole(options: RoleProcessOptions): ChildProcess {
  const child = spawn(process.execPath, [options.entry, ...options.args, "-c", "-"], {
    stdio: ["pipe", "inherit", "inherit", "ipc"],
    env: options.env,
  });
  // A child that ends before it has read its configuration is reported by its end.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.configText);
  child.on("message", (message) => {
    if (isReadyMessage(message)) options.onReady(message.ready);
  });
  return child;
}

function isReadyMessage(message: unknown): message is ReadyMessage {
  return typeof message === "object" && message !== null && "ready" in message;
}
