/** What the program gets from whoever started it; read in main.ts only. */
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
