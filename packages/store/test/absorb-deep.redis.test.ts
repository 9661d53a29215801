import { MOST_LEVELS, MOST_PLACE_CHARS } from "@purgeline/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { absorbLimits, purgeDirectory, SITE, states } from "./absorb-steps.ts";
import { type Bundle, bundle } from "./bundle.ts";

let store: Bundle;
beforeEach(async () => {
  store = await bundle({ limits: absorbLimits() });
});
afterEach(() => store.close());

/** How often scripts have read fields of hashes, some at a time. */
async function readsOfFields(): Promise<number> {
  const told = await store.connection.info("commandstats");
  return Number(/^cmdstat_hmget:calls=(\d+)/m.exec(told)?.[1]);
}

it.each([
  ["as many levels below as are looked at", `${SITE}${"a/".repeat(MOST_LEVELS - 1)}`, true],
  ["one level deeper", `${SITE}${"a/".repeat(MOST_LEVELS)}`, false],
  [
    "with the longest text that is looked for",
    `${SITE}${"a".repeat(MOST_PLACE_CHARS - SITE.length - 1)}/`,
    true,
  ],
  ["with a longer one", `${SITE}${"a".repeat(MOST_PLACE_CHARS - SITE.length)}/`, false],
])("a URL in a directory %s", async (_, directory, isAbsorbed) => {
  await purgeDirectory(store, "int_1", [directory]);
  await store.stage("int_2", [`${directory}x`, `${directory}b/x`]);
  const expected = isAbsorbed ? `absorbed via ${directory}` : "pending";
  expect(await states(store, "int_2")).toEqual([expected, expected]);
});

it("URLs of thousands of directories cost no more looks than others", async () => {
  await purgeDirectory(store, "int_1", [`${SITE}none/`]);
  const before = await readsOfFields();
  const deep = Array.from({ length: 20 }, (_, n) => `${SITE}${n}${"/".repeat(5000)}x`);
  await store.stage("int_2", deep);
  expect((await readsOfFields()) - before).toBeLessThan(50);
});
