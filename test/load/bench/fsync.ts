import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BYTES = 512;

/** How long the disk under Redis's file takes to keep a small write, ms, so many times. */
export async function fsyncTimes(count: number): Promise<readonly number[]> {
  const folder = await mkdtemp(join(tmpdir(), "purgeline-fsync-"));
  const file = await open(join(folder, "file"), "a");
  try {
    const times: number[] = [];
    const bytes = Buffer.alloc(BYTES);
    for (let i = 0; i < count; i += 1) {
      const beganAt = performance.now();
      await file.write(bytes);
      await file.datasync();
      times.push(performance.now() - beganAt);
    }
    return times;
  } finally {
    await file.close();
    await rm(folder, { recursive: true });
  }
}
