/** What the program's exit code says; the same at every command. */
export const EXIT = {
  /** Confirmed, or done where there is nothing to confirm. */
  ok: 0,
  /** Ended, but not as asked. */
  ended: 1,
  /** The command, the file or the request is wrong: the same again will fail again. */
  usage: 2,
  /** Nobody answered, or nobody could take the work now. */
  unreachable: 3,
  /** Still running when the time was up. */
  running: 4,
  /** Ctrl-C: 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message for the user and an exit code; never a stack trace. */
export class CommandFailed extends Error {
  override readonly name: string = "CommandFailed";
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The sentence in any thrown value, with its causes: the innermost one mostly says what happened. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || error.name;
  return error.cause instanceof Error ? `${own}: ${messageOf(error.cause)}` : own;
}
