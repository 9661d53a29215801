import { describe, expect, it } from "vitest";
import { readFixtures } from "../shared/huawei/fixture-cases.ts";
import { KEYS } from "../shared/huawei/sample-credentials.ts";
import { huaweiVod } from "./index.ts";
import { settingsWith } from "./sample-account.ts";

const fixtures = readFixtures(new URL("./fixtures/", import.meta.url));
const call = { settings: settingsWith(KEYS), nowMs: 0, nonce: "", token: null };

describe("a call as the provider's pages show it", () => {
  it.each(fixtures)("$name is asked so, and means what its name says", ({ name, batch, request, reply }) => {
    const { method, url, body } = huaweiVod.encode(batch, call);
    expect({ method, path: new URL(url).pathname, body: JSON.parse(body ?? "") }).toEqual(request);
    expect(huaweiVod.decode(reply, batch).kind).toBe(name.split("-")[0]);
  });

  it("gives the task to ask for, at the query that belongs to the call", () => {
    const tasks = fixtures
      .filter(({ name }) => name.startsWith("accepted"))
      .map(({ batch, reply }) => {
        const outcome = huaweiVod.decode(reply, batch);
        return [batch.lane, outcome.kind === "accepted" ? outcome.tasks : []];
      });
    const id = "5199337c31c8e4622f1590735b13a263";
    expect(Object.fromEntries(tasks)).toEqual({
      "purge-media": [{ call: "ShowRefreshResult", id, state: { targets: 2, media: true } }],
      "purge-url": [{ call: "ShowRefreshResult", id, state: { targets: 2 } }],
      "prefetch-media": [{ call: "ShowPreheatingAsset", id, state: { targets: 1, media: true } }],
      "prefetch-url": [{ call: "ShowPreheatingAsset", id, state: { targets: 2 } }],
    });
  });
});
