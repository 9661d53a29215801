import { afterEach, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;
afterEach(() => running.close());

function outcomes(call: string): Readonly<Record<string, number>> {
  return running.simulators.ledger.stats().find((each) => each.call === call)?.outcomes ?? {};
}

it.each([
  ["alibaba-cdn", "RefreshObjectCaches", "DescribeRefreshTaskById", "Forbidden.RAM"],
  ["alibaba-vod, region: cn-shanghai", "RefreshVodObjectCaches", "DescribeVodRefreshTasks", "NoPermission"],
  ["tencent-cdn", "PurgeUrlsCache", "DescribePurgeTasks", "UnauthorizedOperation.CdnCamUnauthorized"],
  ["huawei-cdn, settings: { domainId: d0a1b2c }", "CreateRefreshTasks", "ShowHistoryTaskDetails", "CDN.0004"],
])(
  "at %s a key that may submit with %s and not ask with %s stops nothing but the asking",
  async (provider, submit, query, code) => {
    running = await service(
      `  - { name: acc, provider: ${provider}, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: id, accessKeySecret: secret }, hosts: ["*.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 } }\n`,
      { completeMs: 0 },
    );
    running.simulators.faults.add({ kind: "code", code, call: query });
    await running.startWorker();
    const purge = async (n: number): Promise<string> => {
      const id = await running.post({ op: "purge", urls: [`https://a.example.com/${n}`] });
      await expect.poll(async () => (await running.receipt(id)).counts.submitted).toBe(1);
      return id;
    };
    const first = await purge(1);
    await expect.poll(() => outcomes(query)[code]).toBe(1);
    await purge(2);
    await expect.poll(() => outcomes(query)[code]).toBe(2);
    await purge(3);
    const [account] = await running.store.accounts();
    expect(account?.stopped).toBeNull();
    expect(outcomes(submit)).toEqual({ ok: 3 });
    // Not asked again within the minute, and not ended either.
    expect(outcomes(query)[code]).toBeLessThanOrEqual(3);
    expect((await running.receipt(first)).counts).toMatchObject({ submitted: 1 });
  },
);
