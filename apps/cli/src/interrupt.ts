import { EXIT } from "./exit.ts";

export interface Interrupts {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly first: AbortSignal;
  /** Aborted by the second: the user is in a hurry. */
  readonly second: AbortSignal;
}

export function catchInterrupts(): Interrupts {
  const [first, second] = [new AbortController(), new AbortController()];
  const next = (): void => (first.signal.aborted ? second.abort() : first.abort());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, next);
  return { first: first.signal, second: second.signal };
}

/** For commands that hold nothing: the first Ctrl-C ends the waiting, the second the process. */
export function interruptSignal(): AbortSignal {
  const { first, second } = catchInterrupts();
  second.addEventListener("abort", () => process.exit(EXIT.interrupted));
  return first;
}
