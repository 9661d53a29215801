import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Ended, type ProgramOptions, purgeline, type Running, startPurgeline } from "./program.ts";

/*
 * The client commands against a real API on a real Redis. No worker runs: what is
 * accepted stays pending, which makes every state that a client sees last long enough to be asked for.
 */

const TOKEN = "a-token-for-the-tests";
let directory = "";
let redis: RedisServer;
let api: Running;
let env: Record<string, string> = {};

const config = (url: string): string => `
redis: { url: ${url} }
http: { host: 127.0.0.1, port: 0 }
tokens:
  - { name: tests, secret: ${TOKEN}, allow: [admin] }
  - { name: reader, secret: reader-of-the-tests, allow: [read] }
accounts:
  - name: ali
    provider: alibaba-cdn
    endpoint: http://127.0.0.1:9
    credentials: { accessKeyId: an-id, accessKeySecret: a-secret }
    hosts: ["*.example.com"]
  - name: video
    provider: alibaba-vod
    region: cn-shanghai
    endpoint: http://127.0.0.1:9
    credentials: { accessKeyId: an-id, accessKeySecret: a-secret }
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "purgeline-client-"));
  redis = await startRedis();
  api = startPurgeline(["api", "-c", "-"], { input: config(redis.url) });
  const said = await api.until(/"address":"http[^"]+"/);
  env = { PURGELINE_URL: /"address":"(http[^"]+)"/.exec(said)?.[1] ?? "", PURGELINE_TOKEN: TOKEN };
});

afterAll(async () => {
  api?.child.kill("SIGTERM");
  await api?.ended;
  await redis?.stop();
  await rm(directory, { recursive: true, force: true });
});

const run = (args: readonly string[], options: ProgramOptions = {}): Promise<Ended> =>
  purgeline(args, { ...options, env: { ...env, ...options.env } });

async function accepted(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run([...args, "--no-wait", "--json"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { id: string }).id;
}

it("an accepted intent can be listed, looked at, cancelled, and waited for to its end", async () => {
  const id = await accepted("purge", "https://a.example.com/1", "--label", "test=walk", "--urgent");
  const listed = await run(["list", "--label", "test=walk"]);
  expect(listed.stdout).toContain(id);
  const looked = await run(["status", id]);
  expect(looked.stdout).toMatch(new RegExp(`^${id} purge urgent (accepted|running)\n`));
  expect(looked.stdout).toContain("test=walk");
  expect(looked.code).toBe(4);

  const cancelled = await run(["cancel", id]);
  expect(cancelled.code).toBe(0);
  const waited = await run(["wait", id]);
  expect(waited.stdout).toBe(`${id} cancelled · 0/1 confirmed · 1 cancelled\n`);
  expect(waited.code).toBe(1);
});

it("waiting ends with 4 at its limit, and says how to go on", async () => {
  const { code, stdout, stderr } = await run(["purge", "https://a.example.com/slow", "--timeout", "1"]);
  const id = /^(int_\S+)/.exec(stdout)?.[1];
  expect(stdout).toContain("0/1 confirmed");
  expect(stderr).toContain(`purgeline wait ${id}`);
  expect(code).toBe(4);
});

it("Ctrl-C ends the waiting with 130, not the work", async () => {
  const waiting = startPurgeline(["purge", "https://a.example.com/interrupted"], { env });
  const id = /(int_\S+)/.exec(await waiting.until(/0\/1 confirmed/))?.[1] ?? "";
  waiting.interrupt();
  expect(await waiting.ended).toBe(130);
  expect(waiting.said()).toContain(`purgeline wait ${id}`);
  expect(waiting.said()).not.toMatch(/^\s+at /m);
  expect((await run(["status", id])).code).toBe(4);
});

it("a refusal names every fault with the line that it came from, and nothing is enqueued", async () => {
  const file = join(directory, "urls.txt");
  const lines = ["# a release", "https://a.example.com/ok", "https://nobody.test/x", "ftp://a.example.com/x"];
  await writeFile(file, lines.join("\n"));
  const { code, stdout, stderr } = await run(["purge", "--file", file, "--label", "test=refused"]);
  expect(stderr).toMatch(/^refused: 422 /);
  expect(stderr).toMatch(/\/urls\/1 .*nobody\.test.*urls\.txt:3$/m);
  expect(stderr).toMatch(/\/urls\/2 .*ftp:.*urls\.txt:4$/m);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect((await run(["list", "--label", "test=refused"])).stdout).toBe("no intents\n");
});

it("10,001 targets from standard input become two intents", async () => {
  const input = Array.from({ length: 10_001 }, (_, at) => `https://a.example.com/many/${at}\n`).join("");
  const { code, stdout, stderr } = await run(["purge", "--no-wait", "--json"], { input });
  expect(stderr).toContain("sending 2");
  const totals = stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { counts: { total: number } }).counts.total);
  expect(totals).toEqual([10_000, 1]);
  expect(code).toBe(0);
});

it("each kind of target goes to its own lane", async () => {
  const directoryId = await accepted("purge", "--directory", "https://a.example.com/img/");
  const mediaId = await accepted("prefetch", "--media", "--account", "video", "0123456789abcdef");
  const lanes = async (id: string): Promise<string> => (await run(["status", id])).stdout;
  expect(await lanes(directoryId)).toContain("ali");
  expect(await lanes(mediaId)).toContain("video");
});

it("an account is paused, shown as paused, and resumed", async () => {
  expect(await run(["pause", "video"])).toMatchObject({ code: 0, stdout: "video paused\n" });
  expect((await run(["accounts"])).stdout).toMatch(/^video \(alibaba-vod\) · paused$/m);
  expect(await run(["resume", "video"])).toMatchObject({ code: 0, stdout: "video resumed\n" });
  expect((await run(["accounts"])).stdout).toMatch(/^video \(alibaba-vod\)$/m);
});

it("a plan says what a prefetch would cost, and nothing is enqueued", async () => {
  const urls = ["https://a.example.com/img/1", "https://b.example.com/2"];
  const before = (await run(["list"])).stdout;
  const { code, stdout } = await run(["plan", "prefetch", ...urls]);
  expect(stdout).toMatch(/^ali: prefetch · 2 targets · 1 call · sent by about /);
  expect(stdout).toMatch(/^ {2}quota prefetch +2 units +1000 left today, then 998$/m);
  expect(code).toBe(0);
  const refused = await run(["plan", "purge", "https://nobody.test/x"]);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  const input = Array.from({ length: 10_001 }, (_, at) => `https://a.example.com/many/${at}\n`).join("");
  const tooMany = await run(["plan", "purge"], { input });
  expect(tooMany.stderr).toContain("10001 targets make 2 intents");
  expect((await run(["list"])).stdout).toBe(before);
});

it("a wrong token, a token that may not, and an unknown id are refusals", async () => {
  const wrong = await run(["list"], { env: { PURGELINE_TOKEN: "wrong" } });
  expect(wrong.stderr).toMatch(/^refused: 401 /);
  const reader = await run(["purge", "https://a.example.com/x"], {
    env: { PURGELINE_TOKEN: "reader-of-the-tests" },
  });
  expect(reader.stderr).toMatch(/^refused: 403 /);
  const unknown = await run(["status", "int_nobody"]);
  expect(unknown.stderr).toMatch(/^refused: 404 /);
  expect([wrong.code, reader.code, unknown.code]).toEqual([2, 2, 2]);
});

it("--json gives the problem document itself", async () => {
  const { code, stderr } = await run(["purge", "https://nobody.test/x", "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({ status: 422, errors: [{ pointer: "/urls/0" }] });
  expect(code).toBe(2);
});

it("Redis away is exit code 3, once the patience is over", async () => {
  await redis.kill();
  const { code, stderr } = await run(["list"]);
  await redis.restart();
  expect(stderr).toMatch(/^refused: 503 /);
  expect(code).toBe(3);
});
