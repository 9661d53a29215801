import { effectiveLimits, NO_OVERRIDES } from "@purgeline/core";
import { type Simulators, startSimulators } from "@purgeline/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountOf, KEYS, PROJECT_ID, providerOf } from "./compare.ts";
import { genericClient, vodClient, vodSdk } from "./sdks.ts";

const SCOPE = { projectId: PROJECT_ID };
const VOD = providerOf("huawei-vod");
const URLS = ["https://vod.example.com/视/1 (a).mp4", "https://vod.example.com/2.mp4?x='*'&y=%2F"];
const ASSET = "9db42f5e08c15edecd99a98da241994a";
const TASK_ID = /^[0-9a-f]{32}$/;

describe.each(Object.entries(KEYS))("with %s", (_, keys) => {
  let simulators: Simulators;
  let origin: string;
  beforeAll(async () => {
    const settings = accountOf("huawei-vod", "http://127.0.0.1:0", keys);
    const limits = { ...effectiveLimits(VOD.table(settings), NO_OVERRIDES), calls: {} };
    simulators = await startSimulators([{ settings, limits }], { completeMs: 0 });
    origin = simulators.settingsOf("hua").endpoint ?? "";
  });
  afterAll(() => simulators.close());

  it.each([
    ["URLs", () => new vodSdk.CreatePreheatingAssetReq().withUrls([...URLS]), URLS],
    ["an asset", () => new vodSdk.CreatePreheatingAssetReq().withAssetId(ASSET), null],
  ] as const)("the SDK's VOD client preheats %s and is told what became of it", async (_, body, urls) => {
    const client = vodClient(origin, keys, SCOPE);
    const made = await client.createPreheatingAsset(
      new vodSdk.CreatePreheatingAssetRequest().withBody(body()),
    );
    const { task_id: taskId, httpStatusCode } = made as unknown as Record<string, unknown>;
    expect({ taskId, httpStatusCode }).toEqual({
      taskId: expect.stringMatching(TASK_ID),
      httpStatusCode: 202,
    });
    const shown = await client.showPreheatingAsset(
      new vodSdk.ShowPreheatingAssetRequest().withTaskId(String(taskId)),
    );
    const { preheating_results: results } = shown as unknown as { preheating_results: unknown[] };
    expect(results).toHaveLength(2);
    if (urls !== null) expect(results).toEqual(urls.map((url) => ({ url, status: "succeed" })));
    else expect(results[0]).toEqual({ url: expect.stringContaining(ASSET), status: "succeed" });
  });

  it.each([
    ["URLs", { urls: URLS }],
    ["assets", { asset_id_list: [ASSET] }],
  ])("the SDK's core refreshes %s and is told what became of them", async (_, data) => {
    const send = genericClient(origin, keys, SCOPE);
    const url = `/v1/${PROJECT_ID}/asset/refresh`;
    const made = await send({ method: "POST", url, data });
    expect(made).toEqual({ task_id: expect.stringMatching(TASK_ID), httpStatusCode: 202 });
    const shown = await send({ method: "GET", url, query: { task_id: String(made.task_id) } });
    const results = [
      { url: expect.any(String), status: "SUCCEED" },
      { url: expect.any(String), status: "SUCCEED" },
    ];
    expect(shown).toEqual({ refresh_results: results, httpStatusCode: 200 });
  });

  it("a wrong secret and a code of the provider's arrive as the SDK's errors", async () => {
    const wrong = vodClient(origin, { ...keys, accessKeySecret: "wrong" }, SCOPE);
    const ask = new vodSdk.ShowPreheatingAssetRequest().withTaskId("t");
    await expect(wrong.showPreheatingAsset(ask)).rejects.toMatchObject({
      httpStatusCode: 401,
      errorCode: "APIGW.0301",
    });
    simulators.faults.add({ kind: "code", code: "VOD.10051", times: 1 });
    const client = vodClient(origin, keys, SCOPE);
    await expect(client.showPreheatingAsset(ask)).rejects.toMatchObject({
      httpStatusCode: 403,
      errorCode: "VOD.10051",
      requestId: expect.stringMatching(TASK_ID),
    });
  });
});
