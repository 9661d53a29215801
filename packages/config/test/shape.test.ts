import { describe, expect, it } from "vitest";
import { isWithin, type Path } from "../src/config-problem.ts";
import { problemsOf, VARIANTS } from "./loading.ts";

/** Every key and list entry of a file, with what stands there. */
function places(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  if (typeof value !== "object" || value === null) return [{ path, value }];
  const inner = Array.isArray(value)
    ? value.flatMap((each, index) => places(each, [...path, index]))
    : Object.entries(value).flatMap(([key, each]) => places(each, [...path, key]));
  return [{ path, value }, ...inner];
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const copy: unknown = Array.isArray(value) ? [...value] : { ...(value as object) };
  Reflect.set(copy as object, key, replaced(Reflect.get(value as object, key), rest, by));
  return copy;
}

const isMapping = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Where the variants differ from the full file. */
const isOwn = (path: Path): boolean => path[0] === "redis" || path.includes("credentials");

const everywhere = Object.entries(VARIANTS).flatMap(([variant, file]) =>
  places(file)
    .filter(({ path }) => path.length > 0 && (file === VARIANTS.full || isOwn(path)))
    .map(({ path, value }) => ({ variant, file, path, value, at: path.join(".") })),
);

describe("the shape of the file", () => {
  it.each(everywhere)("in $variant, a value of another kind is reported at $at and nowhere else", (place) => {
    const wrong = [[["x"]], Array.isArray(place.value) || isMapping(place.value) ? 7.5 : { nonsense: 1 }];
    for (const value of wrong) {
      const problems = problemsOf(replaced(place.file, place.path, value));
      expect(problems.filter(({ path }) => !isWithin(path, place.path))).toEqual([]);
      expect(problems.length).toBeGreaterThan(0);
    }
  });

  const mappings = [
    { variant: "full", file: VARIANTS.full, path: [], value: {}, at: "the top" },
    ...everywhere.filter(({ value, at }) => isMapping(value) && !at.endsWith("limits.calls")),
  ];
  it.each(mappings)("in $variant, an unknown key is reported at $at", ({ file, path, value }) => {
    const inner = path.reduce<unknown>((each, key) => Reflect.get(each as object, key), file);
    const problems = problemsOf(
      replaced(file, path, { ...(inner as object), ...(value as object), zzzzzzzzz: 1 }),
    );
    expect(problems).toMatchObject([{ path: [...path, "zzzzzzzzz"], code: "unknown-key" }]);
  });

  it("suggests the key that was probably meant", () => {
    const detail = (text: string): readonly string[] =>
      problemsOf(text)
        .filter(({ code }) => code === "unknown-key")
        .map((problem) => problem.detail);
    expect(detail("acounts: []")[0]).toBe('unknown key; did you mean "accounts"?');
    expect(detail("redis: { ulr: redis://h }")[0]).toBe('unknown key; did you mean "url"?');
    expect(detail("log: { Level: info }")[0]).toBe('unknown key; did you mean "level"?');
    expect(detail("health: { colour: red }")[0]).toBe("unknown key; known here: stalledMs");
  });

  it("takes numbers and booleans that are written as text, since variables are text", () => {
    expect(() => problemsOf({ ...VARIANTS.full, http: { port: "8080" } })).toThrow("the file is good");
    expect(() => problemsOf({ ...VARIANTS.full, board: { readOnly: "false" } })).toThrow("the file is good");
    expect(problemsOf({ ...VARIANTS.full, http: { port: "80 80" } })).toHaveLength(1);
  });
});
