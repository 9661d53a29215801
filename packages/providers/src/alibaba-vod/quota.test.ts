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
    const body = {
      UrlQuota: "2000",
      UrlRemain: "1996",
      DirQuota: "100",
      DirRemain: "99",
      PreloadQuota: "500",
      PreloadRemain: "400",
      BlockQuota: "300",
      blockRemain: "7",
    };
    const reply = { status: 200, headers: {}, body: JSON.stringify(body) };
    expect(quota.decode("DescribeVodRefreshQuota", reply)).toEqual({
      kind: "figures",
      requestId: null,
      figures: [
        { class: "url", limit: 2_000, remaining: 1_996, batch: null },
        { class: "directory", limit: 100, remaining: 99, batch: null },
        { class: "prefetch", limit: 500, remaining: 400, batch: null },
      ],
    });
  });
});
