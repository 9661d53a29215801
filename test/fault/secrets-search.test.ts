import { expect, it } from "vitest";
import { leaksIn } from "./secrets/search.ts";

const KEY = { name: "the key", value: "Zq8vT2nLx0Wd+/=f7GkPbR3mYc5Hs1Uj" };
const found = (text: string): readonly string[] => leaksIn([{ name: "the log", text }], [KEY]);

it.each([
  ["as it is", `key ${KEY.value} refused`],
  ["as the value of a form", encodeURIComponent(KEY.value)],
  ["encoded twice", encodeURIComponent(encodeURIComponent(KEY.value))],
  ["as JSON", JSON.stringify({ key: KEY.value })],
  ["without its end", KEY.value.slice(0, 20)],
  ["as a password of HTTP Basic", Buffer.from(`ops:${KEY.value}`).toString("base64")],
  ["as base64 of its own", Buffer.from(KEY.value).toString("base64")],
])("a secret is found %s", (_how, text) => {
  expect(found(text)).toEqual(["the log: the key"]);
});

it("a secret without twelve letters and digits in a row is found in a form as well", () => {
  const signature = { name: "the signature", value: "/rPvc5+Bd/9TbX8=Tz+dGZDkEpo=" };
  const once = encodeURIComponent(signature.value);
  for (const text of [signature.value, once, encodeURIComponent(once)])
    expect(leaksIn([{ name: "the log", text: `Signature=${text}` }], [signature])).toHaveLength(1);
});

it("nothing is found where nothing is, nor where the secret has its home", () => {
  expect(found("key *** refused")).toEqual([]);
  expect(leaksIn([{ name: "the log", text: KEY.value }], [{ ...KEY, home: /^the log$/ }])).toEqual([]);
});
