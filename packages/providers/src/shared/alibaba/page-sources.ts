const help = (id: string, operation: string): string =>
  `[help.aliyun.com/document_detail/${id}](https://help.aliyun.com/document_detail/${id}), ${operation}`;

/** Short names of Alibaba's pages, for both products. */
export const PAGE_SOURCES: Readonly<Record<string, string>> = {
  SEED1: "the page of RefreshMediaPlayUrls of 2025-03-11",
  SEED4: "an older page of RefreshObjectCaches",
  CDN9: "aliyun/alibabacloud-typescript-sdk `cdn-20180510` 9.2.0, its comments",
  VOD3: "aliyun/alibabacloud-typescript-sdk `vod-20170321` 3.12.0, its comments",
  GHVOD: "AlibabaCloudDocs/vod at 14c603a, frozen in July 2021",
  SCRIPT21: "Refresh.py of 2021-04-23",
  "H:91164": help("91164.html", "RefreshObjectCaches"),
  "H:91161": help("91161.html", "PushObjectCache"),
  "H:91158": help("91158.html", "DescribeRefreshTasks"),
  "H:448060.htm": help("448060.htm", "DescribeRefreshQuota"),
  "H:448062.htm": help("448062.htm", "DescribeRefreshTaskById"),
  "H:push-en":
    "[alibabacloud.com/help/en/cdn/api-pushobjectcache](https://www.alibabacloud.com/help/en/cdn/api-pushobjectcache), of 2025-07-22",
};
