import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { purgeline, startPurgeline } from "./program.ts";

/** Nothing listens there: port 1 is tcpmux, which nobody runs. */
const NOBODY = "http://127.0.0.1:1";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "purgeline-cli-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

const account = (endpoint: string): string => `accounts:
  - name: ali
    provider: alibaba-cdn
    endpoint: ${endpoint}
    credentials: { accessKeyId: an-id, accessKeySecret: a-very-secret-key }
    hosts: ["*.example.com"]
`;

async function takenPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

describe("a command line that makes no sense ends with 2 and says why", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["no command", [], /Usage: purgeline/],
    ["an unknown command", ["explode"], /unknown command 'explode'/],
    ["a command that is not built yet", ["explain", "https://a.test/"], /unknown command 'explain'/],
    ["an unknown option", ["purge", "--soon", "https://a.test/"], /unknown option '--soon'/],
    [
      "a directory to prefetch",
      ["prefetch", "--directory", "https://a.test/"],
      /unknown option '--directory'/,
    ],
    ["a missing id", ["status"], /missing required argument 'id'/],
    ["too many ids", ["cancel", "int_1", "int_2"], /too many arguments/],
    ["no targets", ["purge"], /no targets/],
    ["media of nobody", ["purge", "--media", "m1"], /--media: expected --account/],
    ["two kinds", ["purge", "--directory", "--pattern", "x"], /--directory and --pattern: expected one kind/],
    [
      "a label without a value",
      ["purge", "--label", "a", "https://a.test/"],
      /--label a: expected KEY=VALUE/,
    ],
    ["a limit that is no number", ["wait", "--timeout", "soon", "int_1"], /expected a number of seconds/],
    [
      "an address that is none",
      ["list", "--url", "localhost:8080"],
      /--url localhost:8080: expected an http/,
    ],
    [
      "a missing target file",
      ["purge", "--file", "/nowhere/urls"],
      /--file \/nowhere\/urls: there is no such file; expected/,
    ],
    ["a directory of targets", ["purge", "--file", "/tmp"], /--file \/tmp: this is a directory; expected/],
    [
      "a missing configuration",
      ["check", "-c", "/nowhere/p.yaml"],
      /no configuration file \/nowhere\/p\.yaml/,
    ],
    [
      "a directory for a configuration",
      ["check", "-c", "/tmp"],
      /^\/tmp: this is a directory; expected a YAML file\n/,
    ],
    [
      "a configuration below a file",
      ["check", "-c", "/etc/passwd/p.yaml"],
      /\/etc\/passwd\/p\.yaml: a part of the path is no directory; expected a YAML file/,
    ],
  ])("%s", async (_, args, words) => {
    const { code, stderr, stdout } = await purgeline(args);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

it.each([["purge", "https://a.test/x"], ["status", "int_1"], ["list"], ["accounts"], ["pause", "ali"]])(
  "%s ends with 3 when nobody is there, and says where it looked",
  async (...args) => {
    const { code, stderr } = await purgeline([...args, "--url", NOBODY]);
    expect(stderr).toContain(`cannot reach ${NOBODY}: connect ECONNREFUSED`);
    expect(code).toBe(3);
  },
);

it("the address may come from the environment", async () => {
  const { stderr } = await purgeline(["list"], { env: { PURGELINE_URL: NOBODY } });
  expect(stderr).toContain(NOBODY);
});

it("check names every problem with its line, path and value, and prints no configuration", async () => {
  const path = await file("bad.yaml", `http: { port: eighty }\nqueue: fast\n${account("ftp://x")}`);
  const { code, stderr, stdout } = await purgeline(["check", "-c", path]);
  expect(stderr).toMatch(/bad\.yaml:1:\d+: http\.port: .*eighty/);
  expect(stderr).toMatch(/bad\.yaml:2:\d+: queue: /);
  expect(stderr).toMatch(/bad\.yaml:\d+:\d+: accounts\[0\]\.endpoint: /);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

it("a file that is not YAML is refused with the place where it breaks", async () => {
  const { code, stderr } = await purgeline([
    "up",
    "-c",
    await file("broken.yaml", "accounts: [\n  a: b: c\n"),
  ]);
  expect(stderr).toMatch(/broken\.yaml:\d+:\d+: not valid YAML/);
  expect(code).toBe(2);
});

it("check prints the configuration in force, without its secrets, also from standard input", async () => {
  const { code, stdout } = await purgeline(["check", "-c", "-"], { input: account("http://127.0.0.1:9101") });
  expect(code).toBe(0);
  expect(stdout).toContain("quietMs: 200");
  expect(stdout).not.toContain("a-very-secret-key");
});

it("the configuration may be named by the environment", async () => {
  const path = await file("named.yaml", account("http://127.0.0.1:9101"));
  expect((await purgeline(["check"], { env: { PURGELINE_CONFIG: path } })).code).toBe(0);
});

it.each(["api", "worker", "board"])("%s alone does not start without a Redis in the file", async (role) => {
  const path = await file("no-redis.yaml", account("http://127.0.0.1:9101"));
  const { code, stderr } = await purgeline([role, "-c", path]);
  expect(stderr).toContain(`redis: missing; \`${role}\``);
  expect(code).toBe(2);
});

it("sim says of every account why it cannot be played, when none can", async () => {
  const path = await file("remote.yaml", account("https://cdn.aliyuncs.com"));
  const { code, stderr } = await purgeline(["sim", "-c", path]);
  expect(stderr).toContain('account ali: endpoint is "https://cdn.aliyuncs.com"');
  expect(code).toBe(2);
});

it("sim prints where it plays whom, and ends in order on Ctrl-C", async () => {
  const path = await file("sim.yaml", account("http://127.0.0.1:0"));
  const sim = startPurgeline(["sim", "-c", path]);
  await sim.until(/http:\/\/127\.0\.0\.1:\d+ {2}plays ali\n/);
  sim.interrupt();
  expect(await sim.ended).toBe(0);
});

it("sim writes every call to the log that it is given", async () => {
  const path = await file("sim-log.yaml", account("http://127.0.0.1:0"));
  const log = join(directory, "calls.jsonl");
  const sim = startPurgeline(["sim", "-c", path, "--log", log]);
  const said = await sim.until(/plays ali\n/);
  await fetch(said.match(/http:\S+/)?.[0] ?? "", { method: "POST", body: "Action=RefreshObjectCaches" });
  expect(JSON.parse(await readFile(log, "utf8"))).toMatchObject({ seq: 1, status: 404 });
  sim.interrupt();
  expect(await sim.ended).toBe(0);
});

it("a port in use is named, and is the user's to change", async () => {
  const { server, port } = await takenPort();
  const path = await file("taken.yaml", account(`http://127.0.0.1:${port}`));
  const { code, stderr } = await purgeline(["sim", "-c", path]);
  server.close();
  expect(stderr).toContain(`address already in use 127.0.0.1:${port}`);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(2);
});

it("up without a redis-server anywhere says how to get one", async () => {
  const path = await file("up.yaml", account("http://127.0.0.1:9101"));
  const { code, stderr } = await purgeline(["up", "-c", path], {
    env: { PATH: directory, PURGELINE_REDIS_SERVER: "" },
  });
  expect(stderr).toContain("no redis-server on PATH");
  expect(stderr).toContain("apt-get install redis-server");
  expect(code).toBe(2);
});

it("up ends when what it was told to run is no redis-server", async () => {
  const path = await file("no-server.yaml", account("http://127.0.0.1:9101"));
  const { code, stderr } = await purgeline(["up", "-c", path], {
    env: { PURGELINE_REDIS_SERVER: "/bin/false" },
  });
  expect(stderr).toContain("/bin/false ended while it started (exit code 1)");
  expect(code).toBe(1);
});

it("a reader that goes away does not break a command", async () => {
  const check = startPurgeline(["check", "-c", "-"], { input: account("http://127.0.0.1:9101") });
  check.child.stdout?.destroy();
  expect(await check.ended).toBe(0);
  expect(check.said()).toMatch(/^note: not looked for work of .*: the file names no Redis; .*\n$/);
});
