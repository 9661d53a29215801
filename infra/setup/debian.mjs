import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./child.mjs";
import { SetUpProblem } from "./say.mjs";

/**
 * Debian packages without installing them: apt with lists and caches of its own, archives unpacked into a folder.
 * Needs no rights, and leaves the system alone even as root, where an install would also start a system-wide Redis
 * and Prometheus on their default ports.
 * @param {string} folder removed by close()
 */
export function debianPackages(folder) {
  const state = join(folder, "state");
  const apt = [
    ...["-o", `Dir::State=${state}`, "-o", `Dir::State::Lists=${state}/lists`],
    ...["-o", "Dir::State::status=/var/lib/dpkg/status", "-o", `Dir::Cache=${folder}/cache`],
    ...["-o", "Acquire::Languages=none"],
    // No lock: the folder is ours alone. No sandbox user: as root apt would become _apt, who may not write here.
    ...["-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="],
  ];
  let isUpdated = false;

  async function update() {
    if (isUpdated) return;
    for (const part of ["state/lists/partial", "cache/archives/partial"]) {
      mkdirSync(join(folder, part), { recursive: true });
    }
    await succeed("apt-get", [...apt, "-qq", "update"]);
    isUpdated = true;
  }

  return {
    /**
     * The packages and what they need that this system does not have, unpacked together.
     * @param {readonly string[]} names
     * @param {{ into: string, without?: RegExp }} options without: what they say they need, but we do not
     */
    async unpack(names, { into, without }) {
      await update();
      const needed = await missing(apt, names);
      const archives = join(folder, "archives");
      rmSync(archives, { recursive: true, force: true });
      mkdirSync(archives, { recursive: true });
      const wanted = needed.filter((name) => !without?.test(name));
      await succeed("apt-get", [...apt, "-qq", "download", ...wanted], { cwd: archives });
      mkdirSync(into, { recursive: true });
      for (const archive of readdirSync(archives))
        await succeed("dpkg-deb", ["-x", join(archives, archive), into]);
    },
    close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Each line: 'address' file size hash; the file is name_version_architecture.deb. */
async function missing(/** @type {readonly string[]} */ apt, /** @type {readonly string[]} */ names) {
  const question = ["--yes", "--no-install-recommends", "--print-uris", "install", ...names];
  const lines = (await succeed("apt-get", [...apt, ...question])).split("\n");
  return lines.flatMap((line) => /^'[^']*' ([^_ ]+)_/.exec(line)?.[1] ?? []);
}

async function succeed(
  /** @type {string} */ command,
  /** @type {string[]} */ args,
  /** @type {{ cwd?: string }} */ options = {},
) {
  const { code, output } = await capture(command, args, options).catch((cause) => {
    throw new SetUpProblem(`${command} cannot be run: this does not look like Debian or Ubuntu`, { cause });
  });
  if (code === 0) return output;
  const verb = args.find((arg) => ["update", "download", "install", "-x"].includes(arg));
  const reason = output.trim().split("\n").slice(-3).join("; ");
  throw new SetUpProblem(`${command} ${verb} failed (exit ${code}): ${reason}`);
}
