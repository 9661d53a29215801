import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/**
 * One holder at a time, also after a holder was killed. The lock is a row of numbered files; the highest one counts
 * and names its holder, or nobody. Who wants it makes the next number with link(2), which only one can do: a dead
 * holder is succeeded, never deleted, so two who find it dead at once cannot both win.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @param {(pid: number) => void} [onWait] called once when somebody else holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(folder, work, onWait = () => {}) {
  mkdirSync(folder, { recursive: true });
  let waited = false;
  let mine = tryAcquire(folder);
  while (typeof mine !== "number") {
    if (mine.holder !== null && !waited) {
      waited = true;
      onWait(mine.holder);
    }
    await pause(100);
    mine = tryAcquire(folder);
  }
  try {
    return await work();
  } finally {
    writeFileSync(join(folder, String(mine)), "");
  }
}

/** @returns {number | { holder: number | null }} the number won, or who holds the lock */
function tryAcquire(/** @type {string} */ folder) {
  const last = numbers(folder).at(-1) ?? 0;
  const holder = last === 0 ? null : livingHolder(join(folder, String(last)));
  if (holder !== null) return { holder };
  const draft = join(folder, `draft-${process.pid}`);
  writeFileSync(draft, identity(process.pid));
  try {
    linkSync(draft, join(folder, String(last + 1)));
  } catch (error) {
    if (isCode(error, "EEXIST")) return { holder: null };
    throw error;
  } finally {
    rmSync(draft);
  }
  return clearBelow(folder, last + 1);
}

/** Removes the predecessors. A number won long after it was looked up may itself be one: then it does not count. */
function clearBelow(/** @type {string} */ folder, /** @type {number} */ mine) {
  const all = numbers(folder);
  const isHighest = all.at(-1) === mine;
  for (const number of isHighest ? all.slice(0, -1) : [mine])
    rmSync(join(folder, String(number)), { force: true });
  return isHighest ? mine : { holder: null };
}

function numbers(/** @type {string} */ folder) {
  return readdirSync(folder)
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

function livingHolder(/** @type {string} */ file) {
  const recorded = readIfThere(file);
  const pid = Number.parseInt(recorded, 10);
  return recorded !== "" && recorded === identity(pid) ? pid : null;
}

/**
 * The pid and, where the system tells, when that process started: a pid is given out again. Empty when it is gone, or
 * a zombie: a container whose first process does not reap keeps those for ever.
 */
function identity(/** @type {number} */ pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isCode(error, "EPERM")) return "";
  }
  const afterName = readIfThere(`/proc/${pid}/stat`).split(") ").at(-1) ?? "";
  const fields = afterName.split(" ");
  return fields[0] === "Z" ? "" : `${pid} ${fields[19] ?? ""}`;
}

function readIfThere(/** @type {string} */ file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isCode(/** @type {unknown} */ error, /** @type {string} */ code) {
  return error instanceof Error && "code" in error && error.code === code;
}
