import { CommandFailed, EXIT, messageOf } from "../exit.ts";

const PORT_FAULTS: ReadonlySet<unknown> = new Set(["EADDRINUSE", "EACCES", "EADDRNOTAVAIL"]);

/** A port that cannot be had is the configuration's fault, not a crash; null: the error is something else. */
export function whyNotListening(error: unknown, setting: string): CommandFailed | null {
  const parts = error instanceof AggregateError ? error.errors : [error];
  if (!parts.some(isPortFault)) return null;
  return new CommandFailed(`${messageOf(error)}; stop what uses the port, or change ${setting}`, EXIT.usage, {
    cause: error,
  });
}

function isPortFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return PORT_FAULTS.has((error as NodeJS.ErrnoException).code) || isPortFault(error.cause);
}
