import type { JsonObject } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { finalRows, refreshRows } from "./refresh-rows.ts";

function line(path: string, Status: string, more: JsonObject = {}): JsonObject {
  return { TaskId: "1", ObjectPath: path, ObjectType: "file", Status, Description: "", ...more };
}

/** Where each of the three answers keeps its lines. */
const SHAPES: readonly (readonly [query: string, wrap: (lines: readonly JsonObject[]) => JsonObject])[] = [
  ["DescribeRefreshTaskById", (lines) => ({ Tasks: lines })],
  ["DescribeRefreshTasks", (lines) => ({ Tasks: { CDNTask: lines } })],
  ["DescribeVodRefreshTasks", (lines) => ({ Tasks: { Task: lines } })],
];

describe.each(SHAPES)("a line of %s", (_query, wrap) => {
  const ended = (...lines: readonly JsonObject[]) => finalRows(refreshRows(wrap(lines)));

  it.each(["99.37%", "10", "100", "0%", "", 10, null])("is not judged by its progress %j", (Process) => {
    const lines = [
      line("https://a.test/0", "Complete", { Process }),
      line("https://a.test/1", "Refreshing", { Process }),
    ];
    expect(ended(...lines)).toMatchObject([{ item: "https://a.test/0", end: "confirmed" }]);
  });

  it.each([
    ["Internal Error", "InternalError"],
    ["InternalError", "InternalError"],
    ["Origin Timeout", "OriginTimeout"],
    ["OriginTimeout", "OriginTimeout"],
    ["Origin Return StatusCode 5XX", "OriginReturnStatusCode5XX"],
    ["Origin Return StatusCode 502", "OriginReturnStatusCode502"],
    ["", "Failed"],
  ])("that failed as %j is %s, and one that is complete ignores the words", (Description, code) => {
    const message = Description === "" ? null : Description;
    expect(
      ended(
        line("https://a.test/0", "Failed", { Description }),
        line("https://a.test/1", "Complete", { Description }),
      ),
    ).toEqual([
      { item: "https://a.test/0", end: "failed", code, message },
      { item: "https://a.test/1", end: "confirmed", code: null, message: null },
    ]);
  });

  it.each(["Pending", "Refreshing", "Completed", "Success", "Frozen", "constructor", "", null])(
    "with the status %j has no end",
    (Status) => {
      expect(ended({ ...line("https://a.test/0", "Complete"), Status })).toEqual([]);
    },
  );

  it("may lack anything but its path and its status", () => {
    expect(ended({ ObjectPath: "https://a.test/0", Status: "Failed" })).toMatchObject([{ end: "failed" }]);
    expect(ended({ Status: "Complete" }, { ObjectPath: "https://a.test/0" })).toEqual([]);
  });
});
