import { readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second, whatever its kernel was built with. */
const MS_A_TICK = 10;

/** What these processes have used of the processors since they began, ms, all together; one that has ended keeps its last. */
export function cpuMeter(pids: readonly number[]): () => Promise<number> {
  const last = new Map<number, number>();
  return async () => {
    const now = await Promise.all(pids.map(cpuMsOf));
    for (const [i, pid] of pids.entries()) last.set(pid, now[i] ?? last.get(pid) ?? 0);
    return [...last.values()].reduce((sum, ms) => sum + ms, 0);
  };
}

/** In user and in kernel mode; null: there is no such process any more. */
async function cpuMsOf(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  // The program's name, in parentheses, may hold spaces; utime and stime are the 14th and 15th fields.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_A_TICK;
}
