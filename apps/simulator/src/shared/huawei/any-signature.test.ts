import type { AccountSettings, BatchContent, HttpRequest } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { WireRequest } from "../../kernel/index.ts";
import { claimOf, whyNotSigned } from "./wire-signature.ts";

/** What goes into a header: no spaces at the ends, no control characters. */
const secret = fc.stringMatching(/^[!-~]([ -~]{0,40}[!-~])?$/);
const text = fc.string({ unit: "grapheme", maxLength: 60 });
const id = fc.stringMatching(/^[\w-]{1,40}$/);

const account: fc.Arbitrary<AccountSettings> = fc
  .record({ keyId: id, accessKeySecret: secret, securityToken: fc.option(secret), scope: id })
  .map(({ keyId, accessKeySecret, securityToken, scope }) => ({
    name: "hua",
    provider: "huawei",
    endpoint: "http://127.0.0.1:9101",
    region: null,
    projectId: scope,
    own: { domainId: scope, enterpriseProjectId: scope },
    callbackKey: null,
    signature: null,
    credentials: { kind: "keys", accessKeyId: keyId, accessKeySecret, securityToken },
  }));

function wire({ method, url, headers, body }: HttpRequest): WireRequest {
  const { pathname, search, host } = new URL(url);
  return {
    method,
    path: pathname,
    query: search.replace("?", ""),
    headers: { ...headers, host },
    body: Buffer.from(body ?? ""),
  };
}

it.each(["huawei-vod", "huawei-cdn"])(
  "the gateway takes the signature of %s on any batch and any task, and refuses it for another secret",
  (name) => {
    const provider = providers.get(name);
    if (provider === undefined) throw new Error(`${name} is not listed`);
    const items = fc.array(text, { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(account, items, text, fc.nat(2_000_000_000_000), (settings, urls, taskId, nowMs) => {
        const { credentials } = settings;
        if (credentials.kind !== "keys") throw new Error("keys sign");
        const context = { settings, nowMs, nonce: "", token: null };
        const batch = {
          lane: "purge-url",
          items: urls as unknown as BatchContent["items"],
          options: {},
        } as const;
        const call = name === "huawei-vod" ? "ShowRefreshResult" : "ShowHistoryTaskDetails";
        const requests = [
          provider.encode(batch, context),
          provider.poll.encode([{ call, id: `t${taskId}` }], context),
        ];
        for (const request of requests.map(wire)) {
          const claim = claimOf(request);
          const check = (key: string) => claim && whyNotSigned(request, claim, key, () => 0);
          expect(claim).not.toBeNull();
          expect(check(credentials.accessKeySecret)).toBeNull();
          expect(check(`${credentials.accessKeySecret}x`)).toContain("verify aksk signature fail");
        }
      }),
    );
  },
);
