import type { HttpReply } from "@purgeline/core";
import { providerContract } from "@purgeline/testkit/provider-contract";
import { tencentCdn } from "./index.ts";
import { sampleAccount } from "./sample-account.ts";

const api3: HttpReply = {
  status: 200,
  headers: {},
  body: '{"Response":{"TaskId":"1533045796-i60rfmzm","RequestId":"4d5a83f8"}}',
};
const v2: HttpReply = {
  status: 200,
  headers: {},
  body: '{"code":0,"message":"","codeDesc":"Success","data":{"count":2,"task_id":"1533045796-i60rfmzm"}}',
};

for (const own of [{}, { area: "overseas" }])
  providerContract(tencentCdn, sampleAccount({ own }), {
    "purge-url": api3,
    "purge-directory": api3,
    "prefetch-url": api3,
  });
providerContract(tencentCdn, sampleAccount({ signature: "v2-sha256" }), {
  "purge-url": v2,
  "purge-directory": v2,
});
providerContract(tencentCdn, sampleAccount({ signature: "v2-sha1" }), {
  "purge-url": v2,
  "purge-directory": v2,
});
