import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const MOST_BYTES = 512 * 1024 * 1024;
/** The index of a release holds tens of thousands; fewer means that the lists were never fetched. */
const FEWEST = 10_000;

/** The object paths of the Debian package index, each once: `pool/main/0/0ad/0ad_0.0.26-3_amd64.deb`. */
export async function debianPaths(): Promise<readonly string[]> {
  const here = await pathsOf([]);
  if (here.length >= FEWEST) return here;
  const folder = await mkdtemp(join(tmpdir(), "purgeline-apt-"));
  try {
    for (const part of ["lists/partial", "cache/archives/partial"])
      await mkdir(join(folder, part), { recursive: true });
    const own = [
      "-o",
      `Dir::State=${folder}`,
      "-o",
      `Dir::Cache=${folder}/cache`,
      "-o",
      "Debug::NoLocking=1",
      "-o",
      "APT::Sandbox::User=",
    ];
    await run("apt-get", [...own, "-qq", "update"]);
    return await pathsOf(own);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pathsOf(options: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run("apt-cache", [...options, "dumpavail"], { maxBuffer: MOST_BYTES });
  const paths = stdout
    .split("\n")
    .flatMap((line) => (line.startsWith("Filename: ") ? [line.slice(10).trim()] : []));
  return [...new Set(paths)];
}
