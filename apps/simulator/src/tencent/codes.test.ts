import type { Outcome } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { control } from "../../test/send.ts";
import { createStage } from "../../test/tencent-stage.ts";
import { taskOf, urlBatch } from "./play-account.ts";

const stage = createStage();

async function play(signature: string) {
  const played = await stage({ signature });
  const { settings } = played;
  const ask = (method: "GET" | "POST", path: string, body?: object) =>
    control(settings.endpoint ?? "", method, path, body);
  const { json } = await ask("GET", "codes");
  const { accounts } = json as { accounts: readonly { codes: readonly string[] }[] };
  return {
    ...played,
    codes: accounts[0]?.codes ?? [],
    provoke: (code: string, more: object = {}) =>
      ask("POST", "faults", { kind: "code", code, times: 1, ...more }),
  };
}

const told = (outcome: Outcome): readonly string[] =>
  outcome.kind === "accepted" || outcome.kind === "done" ? [outcome.kind] : [outcome.code, outcome.message];

describe("every code of API 3.0", () => {
  it("is provoked by its name, under HTTP 200, and nothing is taken on", async () => {
    const { codes, provoke, submit, sim } = await play("tc3");
    expect(codes).toHaveLength(61);
    for (const code of codes) {
      expect((await provoke(code)).status).toBe(201);
      const outcome = await submit(urlBatch(1));
      expect(told(outcome)).toEqual([code, expect.stringMatching(/\S/)]);
    }
    const entries = sim.ledger.since(0, 100);
    expect(entries.map(({ outcome, status, accepted }) => [outcome, status, accepted])).toEqual(
      codes.map((code) => [code, 200, []]),
    );
  });

  it("comes to the class that the adapter has for it", async () => {
    const { provoke, submit } = await play("tc3");
    for (const [code, kind] of [
      ["UnauthorizedOperation.OperationTooOften", "throttled"],
      ["LimitExceeded.CdnHostOpTooOften", "throttled"],
      ["LimitExceeded.CdnPushExceedDayLimit", "quota"],
      ["LimitExceeded.CdnPurgeExceedBatchLimit", "poisoned"],
      ["ResourceInUse.CdnOpInProgress", "transient"],
      ["InvalidParameter.CdnInterfaceError", "ambiguous"],
      ["AuthFailure.SignatureExpire", "auth"],
      ["OperationDenied.ProductUpgraded", "refused"],
    ] as const) {
      await provoke(code);
      expect(await submit(urlBatch(1))).toMatchObject({ kind, code });
    }
  });

  it("strikes queries, too, and a submit that took effect", async () => {
    const { provoke, submit, poll, figures, sim } = await play("tc3");
    const task = taskOf(await submit(urlBatch(1)));
    await provoke("RequestLimitExceeded.IPLimitExceeded", { call: "DescribePurgeTasks" });
    expect(await poll(task)).toMatchObject({ kind: "throttled" });
    await provoke("InternalError", { call: "DescribePushQuota" });
    await expect(figures()).rejects.toThrow("InternalError");
    await provoke("InternalError.CdnSystemError", { applied: true });
    expect(await submit(urlBatch(2))).toMatchObject({ kind: "ambiguous" });
    expect(sim.ledger.since(0, 10).at(-1)).toMatchObject({ accepted: { length: 2 } });
  });
});

describe("every code of v2", () => {
  it("is provoked by its number; a business number comes inside the message", async () => {
    const { codes, provoke, submit } = await play("v2-sha256");
    expect(codes).toHaveLength(42);
    for (const code of codes) {
      expect((await provoke(code)).status).toBe(201);
      const [number, message] = [await submit(urlBatch(1))].flatMap(told);
      expect(number === code || String(message).startsWith(`(${code})`)).toBe(true);
    }
  });

  it("comes to the class that the adapter has for it", async () => {
    const { provoke, submit } = await play("v2-sha1");
    for (const [code, kind, message] of [
      ["4400", "throttled"],
      ["4400", "quota", "超过每日配额"],
      ["4500", "auth"],
      ["1002", "auth"],
      ["9110", "poisoned"],
      ["-9011", "ambiguous"],
      ["6200", "transient"],
    ] as const) {
      await provoke(code, message === undefined ? {} : { message });
      expect(await submit(urlBatch(1))).toMatchObject({ kind });
    }
  });

  it("is none of API 3.0", async () => {
    const { provoke } = await play("v2-sha256");
    expect(await provoke("InternalError")).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining("must be one of") },
    });
  });
});
