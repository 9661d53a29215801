import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterEach, expect, it } from "vitest";
import { freePort } from "../cli/free-port.ts";
import { startPurgeline } from "../cli/program.ts";
import { zoneAtNoon } from "../integration/zone-at-noon.ts";
import { needBrowser, openBrowser } from "./browser.ts";

const SCREENSHOT = new URL("../../docs/images/board.png", import.meta.url).pathname;
const OPS = { name: "ops", secret: "ops-secret-of-the-test" };

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** The service and its simulator, as an operator starts them. */
async function setup(): Promise<{ readonly api: string; readonly sim: string }> {
  const folder = await mkdtemp(join(tmpdir(), "purgeline-board-"));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const [api, sim] = (await Promise.all([freePort(), freePort()])).map((port) => `http://127.0.0.1:${port}`);
  const file = join(folder, "purgeline.yaml");
  await writeFile(
    file,
    `
log: { level: error }
http: { host: 127.0.0.1, port: ${new URL(api ?? "").port} }
tokens: [{ name: ${OPS.name}, secret: ${OPS.secret}, allow: [admin] }]
accounts:
  - name: ali
    provider: alibaba-cdn
    endpoint: ${sim}
    hosts: ["*.example.com"]
    credentials: { accessKeyId: board-id, accessKeySecret: board-secret }
    quota: { directory: 2, resetTimeZone: ${zoneAtNoon()} }
`,
  );
  for (const [command, words] of [
    ["sim", "plays ali"],
    ["up", "API documentation"],
  ] as const) {
    const running = startPurgeline([command, "-c", file]);
    cleanUps.push(() => {
      running.child.kill("SIGTERM");
      return running.ended;
    });
    await running.until(words);
  }
  return { api: api ?? "", sim: sim ?? "" };
}

/** One batch ends well, one is refused, and directories wait for tomorrow's quota. */
async function giveWork(api: string, sim: string): Promise<void> {
  await send(`${sim}/_sim/faults`, { kind: "refuse-items", call: "RefreshObjectCaches", match: "/refused" });
  await send(`${sim}/_sim/tasks`, { completeMs: 0 });
  const urls = Array.from({ length: 1_200 }, (_, i) => `https://img.example.com/${i}.jpg?sign=s3cr3t`);
  const { id } = await send(`${api}/v1/intents`, { op: "purge", urls });
  // By itself, or it would be found by halving the others' batch.
  const headers = { authorization: `Bearer ${OPS.secret}` };
  await (await fetch(`${api}/v1/intents/${id}?wait=30`, { headers })).json();
  await send(`${api}/v1/intents`, { op: "purge", urls: ["https://www.example.com/refused"] });
  const directories = Array.from({ length: 40 }, (_, i) => `https://img.example.com/${i}/`);
  await send(`${api}/v1/intents`, { op: "purge", directories });
}

async function send(url: string, body: unknown): Promise<{ readonly id?: string }> {
  const reply = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${OPS.secret}` },
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  expect(reply.ok, text).toBe(true);
  return text === "" ? {} : JSON.parse(text);
}

async function openPage(browser: Browser) {
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
  return { page, requests, problems };
}

/** The page of one state of the lane's queue, when it shows these words. */
async function show(page: Page, board: string, state: string, words: string | RegExp): Promise<void> {
  await page.goto(`${board}/queue/submit.ali?status=${state}`);
  await page.getByText(words).first().waitFor();
}

it("a browser that logs in sees what was sent, what was refused and why a lane waits, and asks nobody else for anything", async (run) => {
  await needBrowser(run);
  const { api, sim } = await setup();
  const board = `${api}/board`;
  await giveWork(api, sim);
  expect((await fetch(board)).status).toBe(401);

  const browser = await openBrowser();
  cleanUps.push(() => browser.close());
  const { page, requests, problems } = await openPage(browser);
  await show(page, board, "completed", /ali purge-url · 1,000 targets · accepted as \d+/);
  await page.getByText("submit.ali").first().waitFor();
  await show(page, board, "failed", "ali purge-url · 1 target · failed: InvalidDomain.NotFound");
  await show(page, board, "delayed", /ali purge-directory · 38 pending · quota until/);
  const picture = await page.screenshot();
  await show(page, board, "completed", /1,000 targets/);
  await page.getByText("Progress").first().click();
  await page
    .getByText(/https:\/\/img\.example\.com\/\d+/)
    .first()
    .waitFor();
  expect(await page.content()).not.toContain("s3cr3t");

  const { origin } = new URL(board);
  expect(requests.length).toBeGreaterThan(5);
  const elsewhere = requests.filter((one) => new URL(one).origin !== origin && !/^(?:data|blob):/.test(one));
  expect(elsewhere).toEqual([]);
  expect(problems).toEqual([]);
  if (process.env.PURGELINE_SCREENSHOTS === "1") {
    await mkdir(dirname(SCREENSHOT), { recursive: true });
    await writeFile(SCREENSHOT, picture);
  }
});
