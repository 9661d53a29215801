import { access, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { startBoard } from "@purgeline/board";
import { createLogger, createMetrics } from "@purgeline/telemetry";
import { startRedis } from "@purgeline/testkit";
import { Queue, UnrecoverableError, Worker } from "bullmq";
import { Redis } from "ioredis";
import { type Browser, chromium } from "playwright-core";
import { afterEach, expect, it } from "vitest";

const CHROMIUM = process.env.PURGELINE_CHROMIUM ?? "/usr/bin/chromium";
// Chromium itself must be silent, or its own calls home would count as the page's.
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SCREENSHOT = new URL("../../docs/images/board.png", import.meta.url).pathname;
const QUEUE_PREFIX = "{purgeline}";
const OPS = { name: "ops", secret: "ops-secret-of-the-test", allow: ["admin"] } as const;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function setup() {
  const redis = await startRedis();
  cleanUps.push(() => redis.stop());
  const connection = new Redis(redis.port, { maxRetriesPerRequest: null });
  cleanUps.push(() => connection.quit());
  await fillQueues(connection);
  const role = await startBoard({
    host: "127.0.0.1",
    port: 0,
    queues: ["intents", "submit.ali", "poll.ali", "submit.tencent", "poll.tencent"],
    queuePrefix: QUEUE_PREFIX,
    connection,
    tokens: [OPS],
    readOnly: true,
    label: "rehearsal",
    ping: async () => void (await connection.ping()),
    metrics: createMetrics({ version: "0.0.0", nodeMetrics: false }),
    log: createLogger({ level: "error", role: "board" }),
  });
  cleanUps.push(() => role.stop());
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  cleanUps.push(() => browser.close());
  return { browser, url: role.url };
}

/** A lane that waits for its quota, calls that ended well, and one that the provider refused. */
async function fillQueues(connection: Redis): Promise<void> {
  const submit = new Queue("submit.ali", { connection, prefix: QUEUE_PREFIX });
  await submit.add("ali purge-url · 1,000 targets · submitted", { slot: "s1" });
  await submit.add("ali purge-url · 1,000 targets · submitted", { slot: "s2" });
  await submit.add("ali purge-directory · 3 targets · refused", { slot: "bad" });
  const worker = new Worker("submit.ali", endJob, { connection, prefix: QUEUE_PREFIX });
  await new Promise<void>((resolve) => worker.once("drained", resolve));
  await worker.close();
  const waiting = "ali purge-url · 50,412 pending · quota until 00:00 +08";
  const preview = "https://img.example.com/a.jpg?sign=s3cr3t";
  await submit.add(waiting, { slot: "s3", preview }, { delay: 3_600_000 });
  await submit.add("ali prefetch-url · 12 pending · quiet", { slot: "s4" });
  await submit.close();
}

async function endJob(job: { readonly data: { readonly slot: string } }): Promise<string> {
  if (job.data.slot === "bad")
    throw new UnrecoverableError("InvalidObjectPath.Malformed: the path must end in /");
  return "RefreshObjectCaches · RequestId 0B39…";
}

async function openBoard(browser: Browser, url: string) {
  const context = await browser.newContext({
    httpCredentials: { username: OPS.name, password: OPS.secret },
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  const requests: string[] = [];
  const problems: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(url);
  return { page, requests, problems };
}

it("a browser that logs in sees a lane's waiting reason on the board and asks nobody else for anything", async (run) => {
  await access(CHROMIUM).catch(() =>
    run.skip(`no browser at ${CHROMIUM}: install chromium or set PURGELINE_CHROMIUM`),
  );
  const { browser, url } = await setup();
  expect((await fetch(url)).status).toBe(401);

  const { page, requests, problems } = await openBoard(browser, url);
  await page.getByText("submit.ali").first().waitFor();
  await page.goto(`${url}/queue/submit.ali?status=delayed`);
  await page.getByText("50,412 pending · quota until 00:00 +08").first().waitFor();
  await page.getByText("https://img.example.com/a.jpg?…").first().waitFor();
  expect(await page.content()).not.toContain("s3cr3t");
  const picture = await page.screenshot();
  await page.goto(`${url}/queue/submit.ali?status=failed`);
  await page.getByText("InvalidObjectPath.Malformed").first().waitFor();

  const { origin } = new URL(url);
  expect(requests.length).toBeGreaterThan(5);
  expect(requests.filter((one) => new URL(one).origin !== origin && !/^(?:data|blob):/.test(one))).toEqual(
    [],
  );
  expect(problems).toEqual([]);
  if (process.env.PURGELINE_SCREENSHOTS === "1") {
    await mkdir(dirname(SCREENSHOT), { recursive: true });
    await writeFile(SCREENSHOT, picture);
  }
});
