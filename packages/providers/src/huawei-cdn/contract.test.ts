import { providerContract } from "@purgeline/testkit/provider-contract";
import { IAM, IAM_KEYS, KEYS, TOKEN } from "../shared/huawei/sample-credentials.ts";
import { huaweiCdn } from "./index.ts";
import { settingsWith } from "./sample-account.ts";

const reply = (body: object) => ({ status: 200, headers: {}, body: JSON.stringify(body) });
const refreshed = reply({ refresh_task: "ff8080825ab738f4015ab7513298010e" });
const preheated = reply({ preheating_task: "ff8080825ab738f4015ab7513298010e" });
const accepting = { "purge-url": refreshed, "purge-directory": refreshed, "prefetch-url": preheated };
const telling = {
  ShowQuota: reply({ quotas: [{ type: "file_refresh", quota_limit: 2000, used: 15, user_domain_id: "d" }] }),
};

for (const credentials of [KEYS, TOKEN, IAM, IAM_KEYS]) {
  providerContract(huaweiCdn, settingsWith(credentials), accepting, telling);
}
