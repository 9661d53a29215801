import { type ListedRow, matchRows } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { candidatesOf } from "../../src/work/candidates.ts";

/** The attempt began at a quarter past this second, by the store's clock. */
const SECOND = 1_795_000_000_000;
const SENT = { sentAtMs: SECOND + 250 };

function listed(item: string, createdAtMs: number, id = "t1"): ListedRow {
  return { item, taskId: id, createdAtMs, task: { call: "Ask", id } };
}

function found(items: readonly string[], rows: readonly ListedRow[], skewMs = 0): readonly string[] {
  const candidates = candidatesOf(SENT, items, rows, skewMs, matchRows);
  return candidates.map(({ index, taskId }) => `${index} ${taskId}`);
}

describe("rows that may be a lost attempt's", () => {
  it.each([
    ["of the second that it began in", 0, 0, true],
    ["of a later second", 1000, 0, true],
    ["of the second before", -1000, 0, false],
    ["of its second by a clock that is ahead", 5000, 4700, true],
    ["of the second before by a clock that is ahead", 3000, 4700, false],
    ["of its second by a clock that is behind", -3000, -2900, true],
    ["that came in the same second, had the clock not been behind", 0, -2900, true],
    ["of the second before by a clock that is behind", -4000, -2900, false],
  ])("are those %s", (_, aheadMs, skewMs, isOne) => {
    expect(found(["https://a.test/1"], [listed("https://a.test/1", SECOND + aheadMs)], skewMs)).toEqual(
      isOne ? ["0 t1"] : [],
    );
  });

  it("are all rows of an item, and no row of another", () => {
    const rows = [listed("https://a.test/1", SECOND, "t1"), listed("https://a.test/3", SECOND, "t2")];
    rows.push(listed("https://a.test/1", SECOND + 1000, "t3"));
    expect(found(["https://a.test/1", "https://a.test/2"], rows).toSorted()).toEqual(["0 t1", "0 t3"]);
  });

  it("are told in the store's time, and with the task to ask about", () => {
    const [candidate] = candidatesOf(
      SENT,
      ["https://a.test/1"],
      [listed("https://a.test/1", SECOND + 5000)],
      4900,
      matchRows,
    );
    expect(candidate).toEqual({
      index: 0,
      taskId: "t1",
      createdAtMs: SECOND + 100,
      task: { call: "Ask", id: "t1" },
    });
  });
});
