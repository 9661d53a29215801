/** Regions with a host of their own (VOD3); others share hosts that no page names, so they need an `endpoint`. */
export const VOD_REGIONS: readonly string[] = [
  "cn-shanghai",
  "cn-hangzhou",
  "cn-beijing",
  "cn-shenzhen",
  "cn-hongkong",
  "cn-north-2-gov-1",
  "ap-northeast-1",
  "ap-southeast-1",
  "ap-southeast-5",
  "eu-central-1",
  "me-central-1",
  "us-west-1",
];

/** Hangzhou is served from Shanghai, as is an account that names an endpoint alone. */
export function vodHost(region: string | null): string {
  return `vod.${isShanghai(region) ? "cn-shanghai" : region}.aliyuncs.com`;
}

export function isShanghai(region: string | null): boolean {
  return region === null || region === "cn-shanghai" || region === "cn-hangzhou";
}
