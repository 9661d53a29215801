import { EXIT } from "./exit.ts";

export interface Interrupts {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly first: AbortSignal;
  /** Aborted by the second: the user is in a hurry. */
  readonly second: AbortSignal;
}

/** One Ctrl-C reaches us from the terminal and once more from a runner (npm, pnpm) that forwards it. */
const ECHO_MS = 500;

export function catchInterrupts(): Interrupts {
  const [first, second] = [new AbortController(), new AbortController()];
  let firstAtMs = 0;
  const next = (): void => {
    if (!first.signal.aborted) {
      firstAtMs = performance.now();
      first.abort();
    } else if (performance.now() - firstAtMs > ECHO_MS) second.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, next);
  return { first: first.signal, second: second.signal };
}

/** For commands that hold nothing: the first Ctrl-C ends the waiting, the second the process. */
export function interruptSignal(): AbortSignal {
  const { first, second } = catchInterrupts();
  second.addEventListener("abort", () => process.exit(EXIT.interrupted));
  return first;
}
