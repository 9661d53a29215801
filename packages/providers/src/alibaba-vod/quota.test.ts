import { describe, expect, it } from "vitest";
import { testAccount, testCall } from "../shared/alibaba/test-account.ts";
import { alibabaVod } from "./index.ts";

const { quota } = alibabaVod;
if (quota === undefined) throw new Error("VOD tells its quota");

describe("DescribeVodRefreshQuota", () => {
  it("is asked in Shanghai alone, where it is documented", () => {
    const callsIn = (region: string | null) => quota.calls(testAccount("alibaba-vod", { region }));
    expect([callsIn("cn-shanghai"), callsIn("cn-hangzhou"), callsIn("cn-beijing")]).toEqual([
      ["DescribeVodRefreshQuota"],
      ["DescribeVodRefreshQuota"],
      [],
    ]);
    const settings = testAccount("alibaba-vod");
    const request = quota.encode("DescribeVodRefreshQuota", testCall(settings));
    expect(request.headers["x-acs-version"]).toBe("2017-03-21");
    expect(new URL(request.url).host).toBe("vod.cn-shanghai.aliyuncs.com");
    expect(alibabaVod.table(settings).calls.DescribeVodRefreshQuota?.perSecond?.value).toBe(5);
  });

  it("tells URLs, directories and prefetches, and nothing of blocked URLs with their odd name", () => {
    const told = { Url: 2_000, Dir: 100, Preload: 500 };
    const pairs = Object.entries(told).flatMap(([stem, limit]) => [
      [`${stem}Quota`, String(limit)],
      [`${stem}Remain`, String(limit - 1)],
    ]);
    const body = JSON.stringify({ ...Object.fromEntries(pairs), BlockQuota: "300", blockRemain: "7" });
    const answer = quota.decode("DescribeVodRefreshQuota", { status: 200, headers: {}, body });
    const figures = answer.kind === "figures" ? answer.figures : [];
    expect(figures.map((figure) => [figure.class, figure.limit, figure.remaining])).toEqual([
      ["url", 2_000, 1_999],
      ["directory", 100, 99],
      ["prefetch", 500, 499],
    ]);
  });
});
