/** What every client command works with. */
export interface Session {
  readonly url: string;
  readonly token: string | null;
  readonly json: boolean;
  /** Whether progress may be drawn with bars. */
  readonly isTerminal: boolean;
  /** Results. */
  readonly out: (text: string) => void;
  /** Progress and complaints. */
  readonly err: (text: string) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
