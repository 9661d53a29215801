import { access } from "node:fs/promises";
import { type Browser, chromium } from "playwright-core";
import type { TestContext } from "vitest";

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

/** Skips the test, with the reason, where this machine has no Chromium and none could be fetched. */
export async function needBrowser(context: TestContext): Promise<void> {
  const isThere = await access(CHROMIUM).then(
    () => true,
    () => false,
  );
  if (!isThere)
    context.skip(process.env.PURGELINE_CHROMIUM_MISSING ?? `no ${CHROMIUM}: set PURGELINE_CHROMIUM`);
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}
