import { expect, it } from "vitest";
import { problemText } from "./render-problem.ts";
import { readReply } from "./reply.ts";

function problemOf(status: number, body: unknown) {
  const reply = readReply(status, null, typeof body === "string" ? body : JSON.stringify(body));
  if (reply.kind !== "problem") throw new Error(`not a problem: ${reply.kind}`);
  return reply.problem;
}

it("every fault has its line, with the line of the file that it came from", () => {
  const problem = problemOf(422, {
    title: "Unprocessable",
    detail: "2 of 3 targets are wrong",
    code: "invalid-intent",
    errors: [
      {
        pointer: "/urls/0",
        code: "unknown-host",
        value: "https://x.test/",
        detail: "no account serves this host",
      },
      { pointer: "/urls/2", code: "not-http", value: 7, detail: "expected http or https" },
      { pointer: "/labels", code: "too-many", detail: "expected at most 16" },
    ],
  });
  const targets = ["a", "b", "c"].map((text, at) => ({ text, from: `urls.txt:${at + 1}` }));
  expect(problemText(problem, targets)).toBe(
    [
      "refused: 422 Unprocessable (invalid-intent): 2 of 3 targets are wrong",
      "  /urls/0  unknown-host  https://x.test/  no account serves this host  urls.txt:1",
      "  /urls/2  not-http      7                expected http or https       urls.txt:3",
      "  /labels  too-many                       expected at most 16",
      "",
    ].join("\n"),
  );
});

it("a proxy's page is shown as what it is", () => {
  const text = problemText(problemOf(502, "<html>\n<h1>Bad Gateway</h1></html>"));
  expect(text).toBe("refused: 502 HTTP 502: <html> <h1>Bad Gateway</h1></html>\n");
});

it("an answer that is not JSON is not taken for a success", () => {
  expect(problemOf(200, "<html>hello</html>").title).toContain("not Purgeline's API");
});

it("escape sequences of a value do not reach the terminal", () => {
  const errors = [{ pointer: "/urls/0", code: "c", value: "\u001b[2J", detail: "d" }];
  expect(problemText(problemOf(422, { title: "t", errors }))).not.toContain("\u001b");
});
