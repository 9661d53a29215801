import { expect, it } from "vitest";
import { readLabels, splitIntents, type Wish } from "./intents.ts";

const PLAIN: Wish = {
  op: "purge",
  kind: "urls",
  accounts: [],
  isUrgent: false,
  isSoft: false,
  isPrefetchedThen: false,
  area: null,
  labels: {},
};
const given = (count: number, text = "https://a.test/x") =>
  Array.from({ length: count }, (_, at) => ({ text: `${text}${at}`, from: null }));

it("10,000 targets are one intent and 10,001 are two, in order and without a loss", () => {
  expect(splitIntents(PLAIN, given(10_000))).toHaveLength(1);
  const parts = splitIntents(PLAIN, given(10_001));
  expect(parts.map(({ targets }) => targets.length)).toEqual([10_000, 1]);
  expect(parts.flatMap(({ targets }) => targets)).toEqual(given(10_001));
});

it("a body stays far below the server's limit, however long the targets are", () => {
  const parts = splitIntents(PLAIN, given(3_000, `https://a.test/${"y".repeat(8_000)}`));
  expect(parts.length).toBeGreaterThan(1);
  for (const { body } of parts) expect(JSON.stringify(body).length).toBeLessThan(9 * 1024 * 1024);
  expect(parts.flatMap(({ targets }) => targets)).toHaveLength(3_000);
});

it("what was not asked for is not in the body", () => {
  expect(splitIntents(PLAIN, given(1))[0]?.body).toEqual({ op: "purge", urls: ["https://a.test/x0"] });
});

it("every option has its place in the body", () => {
  const wish: Wish = {
    op: "prefetch",
    kind: "media",
    accounts: ["vod"],
    isUrgent: true,
    isSoft: true,
    isPrefetchedThen: true,
    area: "overseas",
    labels: { release: "42" },
  };
  expect(splitIntents(wish, given(1, "m"))[0]?.body).toEqual({
    op: "prefetch",
    media: ["m0"],
    account: "vod",
    // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
    then: "prefetch",
    priority: "urgent",
    options: { strength: "soft", area: "overseas" },
    labels: { release: "42" },
  });
});

it("several accounts are a list", () => {
  const [part] = splitIntents({ ...PLAIN, accounts: ["a", "b"] }, given(1));
  expect(part?.body).toMatchObject({ accounts: ["a", "b"] });
  expect(part?.body).not.toHaveProperty("account");
});

it("a label is split at its first equals sign, and one without is refused", () => {
  expect(readLabels(["a=b=c", "d="])).toEqual({ a: "b=c", d: "" });
  expect(() => readLabels(["a"])).toThrow("--label a: expected KEY=VALUE");
  expect(() => readLabels(["=a"])).toThrow("--label =a: expected KEY=VALUE");
});
