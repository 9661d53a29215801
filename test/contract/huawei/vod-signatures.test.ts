import type { BatchContent, CallContext, HttpRequest, Lane } from "@purgeline/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Recorder, startRecorder } from "../recorder.ts";
import {
  accountOf,
  contextOf,
  HARD_URLS,
  itemsOf,
  KEYS,
  PROJECT_ID,
  partsOf,
  providerOf,
  requestOf,
} from "./compare.ts";
import { type ApiCall, genericClient, type Keys, vodClient, vodSdk } from "./sdks.ts";

const SCOPE = { projectId: PROJECT_ID };
const REFRESH = `/v1/${PROJECT_ID}/asset/refresh`;
const PREHEAT = `/v1.0/${PROJECT_ID}/asset/preheating`;
const TASK_ID = "5199337c31c8e4622f1590735b13a263";
const VOD = providerOf("huawei-vod");

const TEN_URLS = itemsOf(10, (index) => `https://vod.example.com/${index}.mp4`);
const TEN_IDS = itemsOf(10, (index) => `9db42f5e08c15edecd99a98da24199${String(index).padStart(2, "0")}`);
const ASSET = TEN_IDS[0];

interface Case {
  readonly name: string;
  readonly ours: (context: CallContext) => HttpRequest;
  readonly theirs: ApiCall;
}

const CASES: readonly Case[] = [
  ...Object.entries({ ...HARD_URLS, "a full batch": TEN_URLS }).flatMap(([name, items]) => [
    submit(`RefreshAsset, ${name}`, "purge-url", items, REFRESH, { urls: items }),
    submit(`CreatePreheatingAsset, ${name}`, "prefetch-url", items, PREHEAT, { urls: items }),
  ]),
  submit("RefreshAsset, ten assets", "purge-media", TEN_IDS, REFRESH, { asset_id_list: TEN_IDS }),
  submit("CreatePreheatingAsset, an asset", "prefetch-media", [ASSET], PREHEAT, { asset_id: ASSET }),
  query("ShowRefreshResult", TASK_ID, REFRESH),
  query("ShowPreheatingAsset", TASK_ID, PREHEAT),
  query("ShowRefreshResult", "a b~-._!'()*é/+&=🎬", REFRESH),
];

function submit(name: string, lane: Lane, items: BatchContent["items"], url: string, data: object): Case {
  return {
    name,
    ours: (context) => VOD.encode({ lane, items, options: {} }, context),
    theirs: { method: "POST", url, data },
  };
}

function query(call: string, id: string, url: string): Case {
  return {
    name: `${call} of ${id}`,
    ours: (context) => VOD.poll.encode([{ call, id }], context),
    theirs: { method: "GET", url, query: { task_id: id } },
  };
}

let recorder: Recorder;
beforeAll(async () => {
  recorder = await startRecorder();
});
afterAll(() => recorder.close());

const account = (keys: Keys) => accountOf("huawei-vod", recorder.origin, keys);

describe.each(Object.entries(KEYS))("with %s", (_, keys) => {
  it.each(CASES)("the SDK's core signs $name as we do", async ({ ours, theirs }) => {
    const sent = await recorder.record(() => genericClient(recorder.origin, keys, SCOPE)(theirs));
    const own = ours(contextOf(sent, account(keys)));
    expect(partsOf(own)).toEqual(partsOf(requestOf(sent, recorder.origin)));
  });

  it.each([
    ["URLs", new vodSdk.CreatePreheatingAssetReq().withUrls([...TEN_URLS]), "a full batch"],
    ["unicode", new vodSdk.CreatePreheatingAssetReq().withUrls([...(HARD_URLS.unicode ?? [])]), "unicode"],
    ["an asset", new vodSdk.CreatePreheatingAssetReq().withAssetId(ASSET), "an asset"],
  ])("the SDK's VOD client signs preheating of %s as we do", async (__, body, name) => {
    const request = new vodSdk.CreatePreheatingAssetRequest().withBody(body);
    const client = vodClient(recorder.origin, keys, SCOPE);
    const sent = await recorder.record(() => client.createPreheatingAsset(request));
    const same = CASES.find((each) => each.name === `CreatePreheatingAsset, ${name}`);
    const own = same?.ours(contextOf(sent, account(keys)));
    expect(own === undefined ? null : partsOf(own)).toEqual(partsOf(requestOf(sent, recorder.origin)));
  });
});
