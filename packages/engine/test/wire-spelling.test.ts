import { describe, expect, it } from "vitest";
import { planIntent } from "../src/admit/plan-intent.ts";
import { intake } from "./two-providers.ts";

function textsOf(kind: string, texts: readonly string[]): readonly string[] {
  const body = { op: "purge", [kind]: texts, account: "shop" };
  const planned = planIntent(body, { name: "anyone", rights: null }, intake, () => "int_1");
  if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
  return planned.plan.legs.flatMap(({ lanes }) =>
    lanes.flatMap(({ targets }) => targets.map(({ text }) => text)),
  );
}

describe("what is sent is the caller's own spelling", () => {
  it.each([
    "HTTP://WWW.Example.COM:80/a",
    "http://www.example.com./a",
    "http://www.example.com",
    "http://www.example.com/a/../b/%2e/c",
    "http://www.example.com/%7Ea%2fb%2Fc",
    "http://www.example.com/图+ü",
    "http://www.example.com//a//?&x&x=1&x=1?",
    'http://www.example.com/"{a|b}"?',
  ])("%s", (url) => {
    expect(textsOf("urls", [url])).toEqual([url]);
    expect(textsOf("directories", [`${url.split("?")[0]}/`])).toEqual([`${url.split("?")[0]}/`]);
  });

  it("of several spellings of one key it is the first, whatever the key looks like", () => {
    const spellings = [
      "HTTP://www.example.com/a",
      "http://www.example.com/a",
      "http://www.example.com:80/b/../a",
    ];
    for (const [index, first] of spellings.entries()) {
      const order = [...spellings.slice(index), ...spellings.slice(0, index)];
      expect(textsOf("urls", order)).toEqual([first]);
    }
  });
});
