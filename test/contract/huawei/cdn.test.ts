import { type CallContext, effectiveLimits, type HttpRequest, NO_OVERRIDES } from "@purgeline/core";
import { type Simulators, startSimulators } from "@purgeline/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Recorder, startRecorder } from "../recorder.ts";
import {
  accountOf,
  contextOf,
  DOMAIN_ID,
  HARD_URLS,
  itemsOf,
  KEYS,
  partsOf,
  providerOf,
  requestOf,
} from "./compare.ts";
import { type ApiCall, genericClient } from "./sdks.ts";

/* The vendor's package of the CDN cannot be installed: the core that all of its packages share sends the calls. */

const SCOPE = { domainId: DOMAIN_ID };
const CDN = providerOf("huawei-cdn");
const REFRESH = "/v1.0/cdn/content/refresh-tasks";
const PREHEAT = "/v1.0/cdn/content/preheating-tasks";
const DIRECTORIES = itemsOf(100, (index) => `https://cdn.example.com/${index}/`);

interface Case {
  readonly name: string;
  readonly ours: (context: CallContext) => HttpRequest | undefined;
  readonly theirs: ApiCall;
}

const SUBMITS: readonly Case[] = Object.entries({
  ...HARD_URLS,
  "a full batch": itemsOf(1_000, (index) => `https://cdn.example.com/${index}.jpg`),
}).flatMap(([name, items]): Case[] => [
  {
    name: `CreateRefreshTasks, ${name}`,
    ours: (context) => CDN.encode({ lane: "purge-url", items, options: {} }, context),
    theirs: { method: "POST", url: REFRESH, data: { refresh_task: { type: "file", urls: items } } },
  },
  {
    name: `CreatePreheatingTasks, ${name}`,
    ours: (context) => CDN.encode({ lane: "prefetch-url", items, options: {} }, context),
    theirs: { method: "POST", url: PREHEAT, data: { preheating_task: { urls: items } } },
  },
]);

const CASES: readonly Case[] = [
  ...SUBMITS,
  {
    name: "CreateRefreshTasks, directories",
    ours: (context) => CDN.encode({ lane: "purge-directory", items: DIRECTORIES, options: {} }, context),
    theirs: {
      method: "POST",
      url: REFRESH,
      data: { refresh_task: { type: "directory", mode: "all", urls: DIRECTORIES } },
    },
  },
  {
    name: "ShowHistoryTaskDetails",
    ours: (context) => CDN.poll.encode([{ call: "ShowHistoryTaskDetails", id: "ff80" }], context),
    theirs: {
      method: "GET",
      url: "/v1.0/cdn/historytasks/ff80/detail",
      query: { page_size: 1_000, page_number: 1 },
    },
  },
  {
    name: "ShowQuota",
    ours: (context) => CDN.quota?.encode("ShowQuota", context),
    theirs: { method: "GET", url: "/v1.0/cdn/quota" },
  },
];

describe.each(Object.entries(KEYS))("with %s", (_, keys) => {
  let recorder: Recorder;
  let simulators: Simulators;
  beforeAll(async () => {
    recorder = await startRecorder();
    const settings = accountOf("huawei-cdn", "http://127.0.0.1:0", keys);
    const limits = { ...effectiveLimits(CDN.table(settings), NO_OVERRIDES), calls: {} };
    simulators = await startSimulators([{ settings, limits }], { completeMs: 0 });
  });
  afterAll(async () => {
    await recorder.close();
    await simulators.close();
  });

  it.each(CASES)("the SDK's core signs $name as we do", async ({ ours, theirs }) => {
    const sent = await recorder.record(() => genericClient(recorder.origin, keys, SCOPE)(theirs));
    const own = ours(contextOf(sent, accountOf("huawei-cdn", recorder.origin, keys)));
    expect(own === undefined ? null : partsOf(own)).toEqual(partsOf(requestOf(sent, recorder.origin)));
  });

  it("the SDK's core refreshes and preheats, and is told what became of it and what is left", async () => {
    const send = genericClient(simulators.settingsOf("hua").endpoint ?? "", keys, SCOPE);
    const urls = ["https://cdn.example.com/视.jpg", "https://cdn.example.com/2.jpg?x='*'"];
    const ids = [
      (await send({ method: "POST", url: REFRESH, data: { refresh_task: { urls } } })).refresh_task,
      (await send({ method: "POST", url: PREHEAT, data: { preheating_task: { urls } } })).preheating_task,
    ];
    for (const id of ids) {
      const detail = await send({ method: "GET", url: `/v1.0/cdn/historytasks/${String(id)}/detail` });
      expect(detail).toMatchObject({
        id,
        status: "task_done",
        succeed: 2,
        total: 2,
        urls: urls.map((url) => ({ url, status: "succeed" })),
      });
    }
    const { quotas } = await send({ method: "GET", url: "/v1.0/cdn/quota" });
    expect(quotas).toContainEqual(
      expect.objectContaining({ type: "file_refresh", quota_limit: 2_000, used: 2 }),
    );
  });

  it("an error of the CDN's under HTTP 200 is no exception to the SDK: its body says so", async () => {
    simulators.faults.add({ kind: "code", code: "CDN.0114", times: 1 });
    const send = genericClient(simulators.settingsOf("hua").endpoint ?? "", keys, SCOPE);
    expect(await send({ method: "GET", url: "/v1.0/cdn/quota" })).toMatchObject({
      httpStatusCode: 200,
      error: { error_code: "CDN.0114" },
    });
  });
});
