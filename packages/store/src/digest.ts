import { hash } from "node:crypto";

const BYTES = 16;

/**
 * The digests of canonical keys, one after the other. 16 bytes of SHA-256: two of 5 million
 * pending keys meet by chance with probability 4e-26, and nobody can make two that do.
 */
export function digests(keys: readonly string[]): Buffer {
  const all = Buffer.allocUnsafe(keys.length * BYTES);
  for (const [i, key] of keys.entries()) hash("sha256", key, "buffer").copy(all, i * BYTES, 0, BYTES);
  return all;
}
