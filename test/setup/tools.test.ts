import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareProject } from "./bare-project.ts";

/** An archive that holds what a Debian package would: a program and a library. */
const UNPACK = `
mkdir -p "$3/usr/bin" "$3/usr/lib/some-arch"
touch "$3/usr/lib/some-arch/libplanted.so.1"
printf '#!/bin/sh\\necho "libraries in $LD_LIBRARY_PATH"\\n' > "$3/usr/bin/redis-server"
chmod 755 "$3/usr/bin/redis-server"
`;
const APT = `
case "$*" in
  *--print-uris*) echo "'http://debian.test/l.deb' libplanted_1_all.deb 1 SHA256:0"; echo "'http://debian.test/r.deb' redis-server_5%3a7_all.deb 1 SHA256:0";;
  *download*) touch libplanted_1_all.deb redis-server_5%3a7_all.deb;;
esac
`;

/** Only what the scripts above need: no redis-server and no apt-get of this machine. */
function projectWithoutTools() {
  const project = bareProject();
  for (const name of ["mkdir", "touch", "chmod", "ln", "dirname"])
    project.command(name, `exec /bin/${name} "$@"`);
  return { project, environment: { PATH: project.programs } };
}

test("a redis-server on PATH is used as it is", async () => {
  const { project, environment } = projectWithoutTools();
  project.command("redis-server", "");
  const { stdout } = await project.run(["start"], environment).ended();
  expect(JSON.parse(stdout)).toMatchObject({ redis: join(project.programs, "redis-server") });
});

test("without one, the missing Debian packages are unpacked into the project, once", async () => {
  const { project, environment } = projectWithoutTools();
  project.command("apt-get", APT);
  project.command("dpkg-deb", UNPACK);
  const { stdout, stderr } = await project.run(["start"], environment).ended();
  const redis = join(project.root, ".purgeline/tools/redis-server/redis-server");
  expect(JSON.parse(stdout)).toMatchObject({ redis });
  expect(stderr).toContain(
    "fetching redis-server from the Debian packages (redis-server) into .purgeline/tools",
  );
  expect(existsSync(join(project.root, ".purgeline/apt"))).toBe(false);

  const debianCalls = () => project.calls().filter((call) => /^(apt-get|dpkg-deb)/.test(call));
  expect(debianCalls().at(2)).toMatch(/ download libplanted redis-server$/);
  const before = debianCalls().length;
  const again = await project.run(["start"], environment).ended();
  expect(again.stderr).toBe("");
  expect(debianCalls()).toHaveLength(before);
});

test("an unpacked program that does not run is not kept", async () => {
  const { project, environment } = projectWithoutTools();
  project.command("apt-get", APT);
  project.command("dpkg-deb", `${UNPACK}\nprintf 'exit 127' > "$3/usr/bin/redis-server"`);
  const { exitCode, stderr } = await project.run(["start"], environment).ended();
  expect(exitCode).toBe(1);
  expect(stderr).toContain("redis-server was unpacked but does not run");
  expect(existsSync(join(project.root, ".purgeline/tools/redis-server"))).toBe(false);
});

test("where there is no apt, npm start says how to get one", async () => {
  const { project, environment } = projectWithoutTools();
  const { exitCode, stderr } = await project.run(["start"], environment).ended();
  expect(exitCode).toBe(1);
  expect(stderr).toContain("this does not look like Debian or Ubuntu");
  expect(stderr).toContain(
    'Install it so that "redis-server" is on PATH, or name its path in PURGELINE_REDIS_SERVER.',
  );
});

test("purgeline up goes on without one, since a configuration may name its Redis", async () => {
  const { project, environment } = projectWithoutTools();
  const { exitCode, stdout } = await project.run(["purgeline", "up"], environment).ended();
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ redisMissing: expect.stringContaining("Debian") });
});

test("a client command asks for no Redis at all", async () => {
  const { project, environment } = projectWithoutTools();
  project.command("apt-get", APT);
  await project.run(["purgeline", "status", "int_1"], environment).ended();
  expect(project.calls().some((call) => call.startsWith("apt-get"))).toBe(false);
});
