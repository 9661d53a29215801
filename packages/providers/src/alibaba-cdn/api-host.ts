/** Regions that the SDK serves from Singapore (CDN9 constructor); every other from the central host. */
const SINGAPORE_REGIONS: ReadonlySet<string> = new Set([
  "ap-northeast-1",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-southeast-3",
  "ap-southeast-5",
  "eu-central-1",
  "eu-west-1",
  "me-east-1",
  "us-east-1",
  "us-west-1",
]);

export function cdnHost(region: string | null): string {
  return region !== null && SINGAPORE_REGIONS.has(region)
    ? "cdn.ap-southeast-1.aliyuncs.com"
    : "cdn.aliyuncs.com";
}
