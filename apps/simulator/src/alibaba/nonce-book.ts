/** Nonces are remembered as long as a request that carries one would still be accepted. */
export interface NonceBook {
  /** false: it was used before. */
  use(nonce: string, nowMs: number): boolean;
}

/** A request's date may be this far from the service's clock, in both directions (H:434846). */
export const MAX_CLOCK_SKEW_MS = 15 * 60_000;

export function createNonceBook(): NonceBook {
  const seen = new Map<string, number>();
  return {
    use(nonce, nowMs) {
      // Oldest first: insertion order is time order, since the clock never goes back.
      for (const [old, atMs] of seen) {
        if (nowMs - atMs <= 2 * MAX_CLOCK_SKEW_MS) break;
        seen.delete(old);
      }
      if (seen.has(nonce)) return false;
      seen.set(nonce, nowMs);
      return true;
    },
  };
}
