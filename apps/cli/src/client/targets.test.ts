import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { gatherTargets, parseTargets } from "./targets.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const piped = (text: string) => Object.assign(Readable.from([bytes(text)]), { isTTY: false });
const terminal = () => Object.assign(Readable.from([]), { isTTY: true });

it("a line is a target, and comments, blank lines, byte order marks and Windows line ends are not part of one", () => {
  expect(parseTargets(bytes("\ufeffhttps://a.test/1\r\n\r\n# why\n  https://a.test/2\t\n"), "f.txt")).toEqual(
    [
      { text: "https://a.test/1", from: "f.txt:1" },
      { text: "https://a.test/2", from: "f.txt:4" },
    ],
  );
});

it("a fragment is not a comment: it stays for the server to refuse", () => {
  expect(parseTargets(bytes("https://a.test/1#x"), "f")[0]?.text).toBe("https://a.test/1#x");
});

it("bytes that are not UTF-8 are refused with the file's name", () => {
  expect(() => parseTargets(new Uint8Array([0x68, 0xff, 0x0a]), "latin1.txt")).toThrow(
    /^latin1\.txt: not UTF-8/,
  );
});

it("arguments come first, then the files in their order", async () => {
  const directory = await mkdtemp(join(tmpdir(), "purgeline-targets-"));
  const file = join(directory, "urls");
  await writeFile(file, "b\n");
  const targets = await gatherTargets({ args: ["a"], files: [file, "-"], stdin: piped("c\n") });
  expect(targets.map(({ text }) => text)).toEqual(["a", "b", "c"]);
  await rm(directory, { recursive: true });
});

it("standard input is read when nothing else is given, and left alone when something is", async () => {
  expect(await gatherTargets({ args: [], files: [], stdin: piped("x\n") })).toEqual([
    { text: "x", from: "stdin:1" },
  ]);
  expect(await gatherTargets({ args: ["a"], files: [], stdin: piped("x\n") })).toEqual([
    { text: "a", from: null },
  ]);
});

it("a terminal is not waited for: no targets is a usage error", async () => {
  const none = gatherTargets({ args: [], files: [], stdin: terminal() });
  await expect(none).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(/^no targets/) });
});

it("a file that is missing is named in the error", async () => {
  const missing = gatherTargets({ args: [], files: ["/nowhere/urls"], stdin: terminal() });
  await expect(missing).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("/nowhere/urls"),
  });
});

it("a million lines are read", () => {
  const text = "https://a.test/x\n".repeat(1_000_000);
  expect(parseTargets(bytes(text), "f")).toHaveLength(1_000_000);
});
