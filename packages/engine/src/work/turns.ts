/** One at a time for each name, in the order asked: the permit of a call has one waiter in a process. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves when it is this caller's turn, with what ends the turn; ending twice is harmless. */
  async take(name: string): Promise<() => void> {
    const before = this.#last.get(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(name, promise);
    await before;
    return () => {
      if (this.#last.get(name) === promise) this.#last.delete(name);
      resolve();
    };
  }
}
