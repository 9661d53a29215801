/** What the program gets from whoever started it. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  /** Results. */
  readonly out: (text: string) => void;
  /** Progress and complaints. */
  readonly err: (text: string) => void;
  /** Whether stderr is a terminal: bars are drawn there. */
  readonly isTerminal: boolean;
  /** The file of this program, which `up` starts again as its roles. */
  readonly entry: string;
}

/** `host`: the process, from the entry files: only they may look at its environment. */
export function processShell(
  entry: string,
  host: Pick<NodeJS.Process, "env" | "stdin" | "stdout" | "stderr">,
): Shell {
  // A reader that has seen enough (`| head`) must not change what a command does or how it exits.
  for (const stream of [host.stdout, host.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  return {
    env: host.env,
    get stdin() {
      return host.stdin;
    },
    out: (text) => void host.stdout.write(text),
    err: (text) => void host.stderr.write(text),
    isTerminal: host.stderr.isTTY === true,
    entry,
  };
}
