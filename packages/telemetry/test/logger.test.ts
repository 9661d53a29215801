import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { createLogger, type LoggerOptions } from "../src/index.ts";

function setup(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const log = createLogger({
    level: "info",
    role: "worker",
    output: { write: (line) => void lines.push(line) },
    ...options,
  });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? "null");
  return { log, lines, last };
}

it("a line is one JSON object with the contract's fields and nothing of pino's own", () => {
  const { log, lines, last } = setup();
  log.info("batch.sent", { account: "ali", lane: "purge-url", batchId: "bat_1", requestId: "REQ", ms: 12 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  const { time, ...rest } = last();
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(rest).toEqual({
    level: "info",
    role: "worker",
    event: "batch.sent",
    account: "ali",
    lane: "purge-url",
    batchId: "bat_1",
    requestId: "REQ",
    ms: 12,
  });
});

it("lines below the level are not written", () => {
  const { log, lines } = setup({ level: "warn" });
  log.info("batch.sent");
  log.debug("poll.answered");
  log.warn("call.throttled");
  log.error("process.failed");
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(["warn", "error"]);
});

it("silent writes nothing", () => {
  const { log, lines } = setup({ level: "silent" });
  log.error("process.failed");
  expect(lines).toEqual([]);
});

it("fields bound with `with` stand on every line of that logger and on no other", () => {
  const { log, last } = setup();
  const bound = log.with({ account: "ali" }).with({ lane: "purge-url" });
  bound.info("batch.sent", { lane: "purge-media" });
  expect(last()).toMatchObject({ account: "ali", lane: "purge-media" });
  log.info("batch.sent");
  expect(last()).not.toHaveProperty("account");
});

it("an error is shown with message, code and cause, and without the URLs' queries in them", () => {
  const { log, last } = setup();
  const cause = Object.assign(new Error("connect ECONNREFUSED https://cdn.test/a?sign=s3cr3t"), {
    code: "ECONNREFUSED",
  });
  log.error("call.failed", { error: new Error("no answer", { cause }) });
  const error = last().error;
  expect(error).toMatchObject({
    name: "Error",
    message: "no answer",
    cause: { code: "ECONNREFUSED", message: "connect ECONNREFUSED https://cdn.test/a?…" },
  });
  expect(JSON.stringify(last())).not.toContain("s3cr3t");
});

it("for a terminal the line is words: the event, its level and its fields", () => {
  const { log, lines } = setup({ pretty: true });
  log.info("batch.sent", { account: "ali", url: "https://a.test/x?sign=s3cr3t" });
  const text = lines.join("");
  expect(text).toMatch(/INFO.*batch\.sent/);
  expect(text).toContain('account: "ali"');
  expect(text).not.toContain("s3cr3t");
});

it("without a terminal the lines are JSON on stderr, the last one too when the process is killed", () => {
  const program = `
    import { createLogger } from ${JSON.stringify(new URL("../src/logger.ts", import.meta.url).href)};
    createLogger({ level: "info", role: "api" }).error("process.failed", { code: "EADDRINUSE" });
    process.kill(process.pid, "SIGKILL");`;
  const ended = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  expect(ended.signal).toBe("SIGKILL");
  expect(ended.stdout).toBe("");
  expect(JSON.parse(ended.stderr)).toMatchObject({
    role: "api",
    event: "process.failed",
    code: "EADDRINUSE",
  });
});
