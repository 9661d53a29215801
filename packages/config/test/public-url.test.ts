import { expect, it } from "vitest";
import { brief, configOf, FULL, problemsOf } from "./loading.ts";

it.each(["https://purge.example.com", "http://10.0.0.1:8080", "https://Purge.Example.com/a/b.c"])(
  "http.publicUrl %s stays as it was written, for signatures are over that text",
  (publicUrl) => {
    expect(configOf({ ...FULL, http: { publicUrl } }).http.publicUrl).toBe(publicUrl);
  },
);

it.each([
  "purge.example.com",
  "ftp://purge.example.com",
  "https://",
  "https://purge.example.com/",
  "https://purge.example.com//a",
  "https://me:pw@purge.example.com",
  "https://purge.example.com/a?b",
  "https://purge.example.com/#a",
  "https://purge.example.com/a b",
])("http.publicUrl %j is refused", (publicUrl) => {
  expect(brief(problemsOf({ ...FULL, http: { publicUrl } }))).toEqual(["http.publicUrl: invalid-value"]);
});
