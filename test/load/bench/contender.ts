/** A queue that is measured: how targets come to wait in it, and what then happens to a batch of them. */
export interface Contender {
  readonly name: string;
  stage(urls: readonly string[]): Promise<void>;
  /** In this order, by name. */
  readonly steps: Readonly<Record<string, () => Promise<void>>>;
}
