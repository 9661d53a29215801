import type { PlayedAccount, SimulatorKind, Visit } from "../kernel/index.ts";
import { answerApi3, api3Error, knowsApi3 } from "./api3.ts";
import { codesOf, refuseWith } from "./codes.ts";
import { createNonceBook } from "./form-check.ts";
import { isReadable, readCall, type TencentCall } from "./read-call.ts";
import { answerV2, knowsV2, v2Error } from "./v2.ts";

/**
 * Tencent CDN: API 3.0 at `/` (TC3, or parameters signed with HmacSHA1 or HmacSHA256) and the
 * legacy API at `/v2/index.php`. Both work on the same tasks and the same daily quotas.
 */
export const tencentSimulator: SimulatorKind = {
  providers: ["tencent-cdn"],
  create() {
    const nonces = createNonceBook();
    return {
      recognise(request, accounts) {
        const call = readCall(request);
        const knows = call.api === "v2" ? knowsV2 : knowsApi3;
        return {
          account: accountOf(call, accounts),
          call: call.action !== null && knows(call.action) ? call.action : null,
          items: isReadable(call) ? call.items : [],
        };
      },
      answer(visit) {
        const call = readCall(visit.request);
        return call.api === "v2" ? answerV2(visit, call, nonces) : answerApi3(visit, call);
      },
      throttled: (visit: Visit) =>
        readCall(visit.request).api === "v2"
          ? v2Error("4400", "RequestLimitExceeded", "request limit exceeded, please retry later")
          : api3Error("RequestLimitExceeded", "Your current request times exceed the limit of this action."),
      codes: codesOf,
      refusal: refuseWith,
    };
  },
};

/** The key's account; where two share a key, the one that is configured for this API. */
function accountOf({ api, keyId }: TencentCall, accounts: readonly PlayedAccount[]): PlayedAccount | null {
  const owners = accounts.filter((account) => keyId !== null && keyIdOf(account) === keyId);
  const isFor = ({ settings }: PlayedAccount) =>
    (settings.signature?.startsWith("v2-") ?? false) === (api === "v2");
  return owners.find(isFor) ?? owners[0] ?? null;
}

function keyIdOf({ settings: { credentials } }: PlayedAccount): string | null {
  return credentials.kind === "keys" ? credentials.accessKeyId : null;
}
