import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** A process of this machine, as /proc tells it. */
export interface Process {
  readonly pid: number;
  /** Its process group. */
  readonly group: number;
  /** What `ps` shows. */
  readonly title: string;
}

/** Every process that `pid` started, and that these started. */
export async function descendantsOf(pid: number): Promise<readonly Process[]> {
  const children = new Map<number, Process[]>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const found = await describe(Number(name)).catch(() => null);
    if (found !== null) children.set(found.parent, [...(children.get(found.parent) ?? []), found]);
  }
  const below = (parent: number): readonly Process[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

async function describe(pid: number): Promise<Process & { readonly parent: number }> {
  const [stat, title] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8"),
    readFile(`/proc/${pid}/cmdline`, "utf8"),
  ]);
  // `pid (name) state parent group …`: the name may hold spaces and parentheses.
  const [, parent, group] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  return { pid, parent: parent ?? 0, group: group ?? 0, title: title.replaceAll("\0", " ").trim() };
}

/** Not so once it has ended, though init may not have got round to reap it: what is left then is a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
