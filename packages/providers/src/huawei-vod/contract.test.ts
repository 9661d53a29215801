import type { AccountSettings } from "@purgeline/core";
import { providerContract } from "@purgeline/testkit/provider-contract";
import { IAM, IAM_KEYS, KEYS, TOKEN } from "../shared/huawei/sample-credentials.ts";
import { huaweiVod } from "./index.ts";
import { settingsWith } from "./sample-account.ts";

const accepted = { status: 202, headers: {}, body: '{"task_id":"5199337c31c8e4622f1590735b13a263"}' };
const accepting = {
  "purge-media": accepted,
  "purge-url": accepted,
  "prefetch-media": accepted,
  "prefetch-url": accepted,
};

const ACCOUNTS: readonly AccountSettings[] = [KEYS, TOKEN, IAM, IAM_KEYS].map(settingsWith);
for (const settings of ACCOUNTS) providerContract(huaweiVod, settings, accepting);
