import type { AccountSettings, BatchContent, CallContext, HttpRequest, Lane, Task } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Recorded, type Recorder, startRecorder } from "../recorder.ts";
import { type ApiCall, genericClient, type Keys, vodClient, vodSdk } from "./sdks.ts";

const PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const SCOPE = { projectId: PROJECT };
const REFRESH = `/v1/${PROJECT}/asset/refresh`;
const PREHEAT = `/v1.0/${PROJECT}/asset/preheating`;
const TASK_ID = "5199337c31c8e4622f1590735b13a263";

const PLAIN: Keys = {
  kind: "keys",
  accessKeyId: "AKEXAMPLE0000000001",
  accessKeySecret: "sK/+=~*%",
  securityToken: null,
};
const KEYS: Readonly<Record<string, Keys>> = {
  "an access key": PLAIN,
  "a session token": { ...PLAIN, securityToken: "gQpj+/==AbC~* '()!" },
};

type Items = BatchContent["items"];
const one = (item: string): Items => [item];
const ten = (item: (index: number) => string): Items => {
  const [first = "", ...rest] = Array.from({ length: 10 }, (_, index) => item(index));
  return [first, ...rest];
};
const urls = {
  "one URL": one("https://vod.example.com/1.mp4"),
  "a full batch": ten((index) => `https://vod.example.com/${index}.mp4`),
  unicode: one("https://vod.example.com/视频/é-🎬.mp4"),
  "reserved characters": one("https://vod.example.com/a b/!'()*~;,?q=a&b=%2F+\"\\#$[]"),
};
const id = (index: number): string => `9db42f5e08c15edecd99a98da24199${String(index).padStart(2, "0")}`;

interface Case {
  readonly name: string;
  readonly ours: (context: CallContext) => HttpRequest | undefined;
  readonly theirs: ApiCall;
}

const CASES: readonly Case[] = [
  ...Object.entries(urls).flatMap(([name, items]) => [
    submit(`RefreshAsset, ${name}`, "purge-url", items, REFRESH, { urls: items }),
    submit(`CreatePreheatingAsset, ${name}`, "prefetch-url", items, PREHEAT, { urls: items }),
  ]),
  submit("RefreshAsset, ten assets", "purge-media", ten(id), REFRESH, { asset_id_list: ten(id) }),
  submit("CreatePreheatingAsset, an asset", "prefetch-media", one(id(1)), PREHEAT, { asset_id: id(1) }),
  query("ShowRefreshResult", TASK_ID, REFRESH),
  query("ShowPreheatingAsset", TASK_ID, PREHEAT),
  query("ShowRefreshResult", "a b~-._!'()*é/+&=🎬", REFRESH),
];

function submit(name: string, lane: Lane, items: Items, url: string, data: object): Case {
  return {
    name,
    ours: (context) => vod().encode({ lane, items, options: {} }, context),
    theirs: { method: "POST", url, data },
  };
}

function query(call: string, taskId: string, url: string): Case {
  const task: Task = { call, id: taskId };
  return {
    name: `${call} of ${taskId}`,
    ours: (context) => vod().poll.encode([task], context),
    theirs: { method: "GET", url, query: { task_id: taskId } },
  };
}

function vod() {
  const provider = providers.get("huawei-vod");
  if (provider === undefined) throw new Error("huawei-vod is not listed");
  return provider;
}

let recorder: Recorder;
beforeAll(async () => {
  recorder = await startRecorder();
});
afterAll(() => recorder.close());

describe.each(Object.entries(KEYS))("with %s", (_, keys) => {
  it.each(CASES)("the SDK's core signs $name as we do", async ({ ours, theirs }) => {
    const sent = await recorder.record(() => genericClient(recorder.origin, keys, SCOPE)(theirs));
    expect(partsOf(ours(contextOf(sent, keys)))).toEqual(partsOf(asRequest(sent)));
  });

  it.each([
    ["URLs", new vodSdk.CreatePreheatingAssetReq().withUrls([...urls["a full batch"]]), "a full batch"],
    ["unicode", new vodSdk.CreatePreheatingAssetReq().withUrls([...urls.unicode]), "unicode"],
    ["an asset", new vodSdk.CreatePreheatingAssetReq().withAssetId(id(1)), "an asset"],
  ])("the SDK's VOD client signs preheating of %s as we do", async (__, body, name) => {
    const request = new vodSdk.CreatePreheatingAssetRequest().withBody(body);
    const sent = await recorder.record(() =>
      vodClient(recorder.origin, keys, SCOPE).createPreheatingAsset(request),
    );
    const same = CASES.find((each) => each.name === `CreatePreheatingAsset, ${name}`);
    expect(partsOf(same?.ours(contextOf(sent, keys)))).toEqual(partsOf(asRequest(sent)));
  });
});

function contextOf(sent: Recorded, credentials: Keys): CallContext {
  const settings: AccountSettings = {
    name: "hua",
    provider: "huawei-vod",
    endpoint: recorder.origin,
    region: null,
    projectId: PROJECT,
    own: {},
    callbackKey: null,
    signature: null,
    credentials,
  };
  const [, ...parts] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(sent.headers["x-sdk-date"] ?? "") ?? [];
  const [year = 0, month = 1, day = 1, hour, minute, second] = parts.map(Number);
  const nowMs = Date.UTC(year, month - 1, day, hour, minute, second);
  return { settings, nowMs, nonce: "00112233445566778899aabbccddeeff", token: null };
}

/** All that the signature covers, and the signature. */
const COVERED = [
  "authorization",
  "content-type",
  "x-project-id",
  "x-domain-id",
  "x-sdk-date",
  "x-security-token",
];

function asRequest({ method, target, headers, body }: Recorded): HttpRequest {
  const sent = { ...headers };
  return {
    method: method === "GET" ? "GET" : "POST",
    url: recorder.origin + target,
    headers: sent,
    body: body === "" ? null : body,
  };
}

function partsOf(request: HttpRequest | undefined) {
  if (request === undefined) throw new Error("no such case");
  const { method, url, headers, body } = request;
  const { pathname, searchParams } = new URL(url);
  const covered = COVERED.map((name) => [name, headers[name]] as const);
  return { method, pathname, query: [...searchParams], covered: Object.fromEntries(covered), body };
}
