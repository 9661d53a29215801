import type { Addresses } from "../up/role-process.ts";

/** How long a process lives: until a signal, or until the supervisor that started it is gone. */
export interface Life {
  readonly signal: AbortSignal;
  /** Whether it ends because its supervisor was killed: then nobody else cleans up. */
  readonly isOrphaned: () => boolean;
  /** Tells the supervisor, if there is one, that this role serves, and where. */
  readonly announce: (addresses: Addresses) => void;
}

/**
 * Under a supervisor (an IPC channel is there) SIGINT is left to it: Ctrl-C reaches the
 * whole process group at once, and the order of ending is the supervisor's to keep.
 */
export function watchLife(): Life {
  const end = new AbortController();
  const stop = (): void => end.abort();
  let isOrphaned = false;
  const isSupervised = process.connected !== undefined;
  process.on("SIGTERM", stop);
  process.on("SIGINT", isSupervised ? () => undefined : stop);
  process.on("SIGHUP", stop);
  const orphan = (): void => {
    isOrphaned = !end.signal.aborted;
    stop();
  };
  process.once("disconnect", orphan);
  // It may have been killed while this role still loaded: then there is no event to come.
  if (process.connected === false) orphan();
  // The channel must not keep a role alive that has ended.
  process.channel?.unref();
  return {
    signal: end.signal,
    isOrphaned: () => isOrphaned,
    // A supervisor that is gone hears nothing; that it is gone says `disconnect`.
    announce: (addresses) => void process.send?.({ ready: addresses }, () => undefined),
  };
}
