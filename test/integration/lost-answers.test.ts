import type { Limits } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

const CALLS = 1000;
const URLS = Array.from({ length: CALLS }, (_, index) => `https://www.example.com/${index}.css`);
const PACE = 1000;

let running: Service;
afterEach(() => running.close());

interface Played {
  readonly title: string;
  readonly account: string;
  readonly submit: string;
  readonly list: string;
}

function account(more: string, calls: readonly string[], limits = ""): string {
  const paces = calls.map((call) => `${call}: { perSecond: ${PACE}, perMinute: ${60 * PACE} }`).join(", ");
  return `  - name: acc
    ${more}
    endpoint: "http://127.0.0.1:0"
    hosts: ["*.example.com"]
    coalesce: { quietMs: 0, maxWaitMs: 0 }
    limits: { lanes: { purge-url: { batch: 1 } }, calls: { ${paces} } ${limits} }
`;
}

const KEYS = "credentials: { accessKeyId: some-key-id, accessKeySecret: some-key-secret }";
const PROVIDERS: readonly Played[] = [
  {
    title: "Alibaba CDN",
    submit: "RefreshObjectCaches",
    list: "DescribeRefreshTasks",
    account: account(`provider: alibaba-cdn\n    ${KEYS}`, [
      "RefreshObjectCaches",
      "DescribeRefreshTaskById",
      "DescribeRefreshTasks",
    ]),
  },
];

describe.each(PROVIDERS)("$title, which loses the reply to every fifth call", ({ account: yaml, submit, list }) => {
  it("is paid for no target twice", { timeout: 120_000 }, async () => {
    running = await service(yaml, { completeMs: 0 });
    const { simulators } = running;
    simulators.faults.add({ kind: "drop-reply", call: submit, every: 5 });
    const id = await running.post({ op: "purge", urls: URLS });
    await running.startWorker();
    const receipt = await running.ended(id, 100_000);
    const stats = (call: string) => simulators.ledger.stats().find((each) => each.call === call);
    console.log(stats(submit), stats(list), receipt.counts);
    expect(receipt).toMatchObject({ state: "confirmed" });
    expect(stats(submit)).toMatchObject({ itemsAccepted: CALLS, duplicates: 0, outcomes: { "fault:drop-reply": CALLS / 5 } });
  });
});
