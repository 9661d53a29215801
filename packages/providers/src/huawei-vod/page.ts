import type { ProviderPage } from "../shared/page.ts";

export const page: ProviderPage = {
  title: "Huawei Cloud VOD",
  text: `Requests are signed with SDK-HMAC-SHA256, or carry a token in \`X-Auth-Token\` that is given or
fetched from IAM. A call takes asset ids or URLs, never both, which is why they are two lanes. Sources
without a host are under \`https://support.huaweicloud.com/\`.`,
  accounts: [
    { title: "API v1", settings: { region: "cn-north-4", projectId: "0123456789abcdef0123456789abcdef" } },
  ],
};
