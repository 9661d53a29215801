import { setTimeout as pause } from "node:timers/promises";

/** Begins so many works, one each `everyMs` whether or not those before have ended; resolves when all have. */
export async function paced<T>(
  count: number,
  everyMs: number,
  begin: (i: number) => Promise<T>,
): Promise<readonly T[]> {
  const works: Promise<T>[] = [];
  const startedAt = performance.now();
  for (let i = 0; i < count; i += 1) {
    const early = startedAt + i * everyMs - performance.now();
    if (early > 0) await pause(early);
    works.push(begin(i));
  }
  return await Promise.all(works);
}
