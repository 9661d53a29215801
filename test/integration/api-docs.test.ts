import { expect, it } from "vitest";
import { needBrowser, openBrowser } from "../e2e/browser.ts";
import { apiBundle, TOKENS } from "./api-bundle.ts";

it("a browser that logs in with a token's name and secret reads the documentation, from this origin alone", async (context) => {
  await needBrowser(context);
  const api = await apiBundle(TOKENS);
  const browser = await openBrowser();
  try {
    const httpCredentials = { username: "eye", password: "eye-secret" };
    const page = await (await browser.newContext({ httpCredentials })).newPage();
    const origins = new Set<string>();
    const complaints: string[] = [];
    page.on("request", (request) => void origins.add(new URL(request.url()).origin));
    page.on("pageerror", (error) => void complaints.push(error.message));
    page.on("console", (line) => {
      if (/Content Security Policy/.test(line.text())) complaints.push(line.text());
    });
    await page.goto(`${api.origin}/docs`);
    await page.getByText("Take an intent in; answered once it is durable and staged").waitFor();
    expect(await page.locator(".opblock").count()).toBe(14);
    // data: images and fonts are inside the page.
    expect([...origins].filter((origin) => origin !== "null")).toEqual([api.origin]);
    expect(await page.locator(".topbar").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
    await api.close();
  }
});
