import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { flag, readArguments, wholeNumber } from "./read-arguments.ts";

const KNOWN = { seed: wholeNumber(1), seconds: wholeNumber(60, 1), docs: flag() };

describe("arguments", () => {
  it("have the values that were given, and the others their own", () => {
    expect(readArguments([], KNOWN)).toEqual({ ok: true, values: { seed: 1, seconds: 60, docs: false } });
    expect(readArguments(["--seed", "7", "--seconds=5", "--docs"], KNOWN)).toEqual({
      ok: true,
      values: { seed: 7, seconds: 5, docs: true },
    });
    expect(readArguments(["3"], KNOWN, "seed")).toMatchObject({ values: { seed: 3 } });
  });

  it.each<[readonly string[], readonly string[]]>([
    [["--seed", "x"], ["--seed: expected a whole number, got x"]],
    [["--seed", "-1"], ["--seed: expected a whole number, got nothing"]],
    [["--seed=-1"], ["--seed: expected a whole number, got -1"]],
    [["--seed="], ["--seed: expected a whole number, got "]],
    [["--seed"], ["--seed: expected a whole number, got nothing"]],
    [["--seconds", "0"], ["--seconds: expected a whole number, 1 or more, got 0"]],
    [["--docs=no"], ["--docs: expected no value, got no"]],
    [["--toString"], ["--toString: expected one of --seed, --seconds, --docs"]],
    [["-s"], ["-s: expected one of --seed, --seconds, --docs"]],
    [
      ["now", "--seed", "x", "--never=1"],
      [
        "now: expected one of --seed, --seconds, --docs",
        "--seed: expected a whole number, got x",
        "--never: expected one of --seed, --seconds, --docs",
      ],
    ],
  ])("%j are refused with every fault at once", (given, faults) => {
    expect(readArguments(given, KNOWN)).toEqual({ ok: false, faults });
  });
});

describe("a program for developers says what is wrong with its arguments, and ends with 2:", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      "fault/campaign",
      ["--seconds", "soon", "--faults", "nosuch", "--fast"],
      [
        "--seconds: expected a whole number, 1 or more, got soon",
        "--faults: expected words, comma-joined, of: ",
        "--fast: expected one of --seed, --seconds, --kills, --producers, --faults, --alone",
      ],
    ],
    [
      "load/bench",
      ["--scale", "2", "--only", "nosuch"],
      ["--scale: expected a number over 0, up to 1, got 2", "--only: expected one of isolation"],
    ],
    [
      "mutation",
      ["--only", "nosuch", "more"],
      [
        "--only: expected words of a safeguard in docs/reliability.md, got nosuch",
        "more: expected one of --only",
      ],
    ],
    ["load/real-input", ["x"], ["seed: expected a whole number, got x"]],
  ])("%s", async (program, given, faults) => {
    const path = fileURLToPath(new URL(`../${program}/run.ts`, import.meta.url));
    const { code, stdout, stderr } = await ended(path, given);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(faults.length);
    for (const [index, fault] of faults.entries()) expect(lines[index]).toContain(fault);
  });
});

function ended(
  path: string,
  given: readonly string[],
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...given], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}
