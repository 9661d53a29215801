/**
 * More than five wrong signatures in a row lock a key for five minutes, right ones
 * included: support.huaweicloud.com, devg-apisign/api-sign-0001.
 */
const FAILURES_ALLOWED = 5;
const LOCK_MS = 5 * 60_000;

export interface KeyLock {
  isLocked(accessKeyId: string, nowMs: number): boolean;
  failed(accessKeyId: string, nowMs: number): void;
  succeeded(accessKeyId: string): void;
}

export function createKeyLock(): KeyLock {
  const failures = new Map<string, number>();
  const lockedUntilMs = new Map<string, number>();
  return {
    isLocked: (key, nowMs) => nowMs < (lockedUntilMs.get(key) ?? 0),
    failed(key, nowMs) {
      const inRow = (failures.get(key) ?? 0) + 1;
      failures.set(key, inRow);
      if (inRow <= FAILURES_ALLOWED) return;
      lockedUntilMs.set(key, nowMs + LOCK_MS);
      failures.delete(key);
    },
    succeeded(key) {
      failures.delete(key);
    },
  };
}
