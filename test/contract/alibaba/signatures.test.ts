import type { AccountSettings, CallContext, HttpRequest, Provider } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Recorded, type Recorder, startRecorder } from "../recorder.ts";
import { type Keys, type Sdk, sdksOf } from "./ask.ts";
import { SIGNED_CASES, type SignedCase } from "./signed-cases.ts";

const PLAIN: Keys = {
  kind: "keys",
  accessKeyId: "LTAI5tContract",
  accessKeySecret: "secret/+=~*%",
  securityToken: null,
};
const KEYS: Readonly<Record<string, Keys>> = {
  "an access key": PLAIN,
  "a session token": { ...PLAIN, securityToken: "CAIS+/==AbC~*% '()!" },
};

let recorder: Recorder;
beforeAll(async () => {
  recorder = await startRecorder('{"RequestId":"1"}');
});
afterAll(() => recorder.close());

/** Each case with each client that has the operation and puts the parameters where we do. */
const rows = SIGNED_CASES.flatMap((wanted) =>
  sdksOf(wanted.product)
    .filter((sdk) => !(sdk.name.startsWith("cdn20180510") && wanted.theirs.action === "PushObjectCache"))
    .flatMap((sdk) => Object.keys(KEYS).map((keys) => ({ ...wanted, sdk, keys }))),
);

describe.each(Object.keys(KEYS))("with %s", (keys) => {
  it.each(rows.filter((row) => row.keys === keys).map((row) => [row.name, row.sdk.name, row] as const))(
    "%s is signed as %s signs it",
    async (_name, _sdk, { sdk, ...wanted }) => {
      const theirs = await recorder.record(() => theirCall(sdk, wanted, KEYS[keys] ?? PLAIN));
      const settings = settingsOf(wanted, sdk, KEYS[keys] ?? PLAIN);
      if (sdk.signature === "acs3") {
        const ours = ourRequest(
          wanted,
          settings,
          theirs.headers["x-acs-date"],
          theirs.headers["x-acs-signature-nonce"],
        );
        expect(acs3Parts(ours)).toEqual(acs3Parts(asRequest(theirs)));
      } else {
        const params = allParams(asRequest(theirs));
        const ours = ourRequest(wanted, settings, params.get("Timestamp"), params.get("SignatureNonce"));
        expect(rpcParts(ours)).toEqual(rpcParts(asRequest(theirs)));
      }
    },
  );
});

function theirCall(sdk: Sdk, { theirs }: SignedCase, keys: Keys): Promise<unknown> {
  // pop-core's own word is JSON, openapi-core's and ours is json.
  const params = sdk.name === "pop-core" ? { ...theirs.params, Format: "json" } : theirs.params;
  return sdk.client(recorder.origin, keys)({ ...theirs, params });
}

function settingsOf({ product }: SignedCase, { signature }: Sdk, credentials: Keys): AccountSettings {
  return {
    name: "ali",
    provider: product,
    endpoint: recorder.origin,
    region: "cn-shanghai",
    projectId: null,
    own: {},
    callbackKey: null,
    signature,
    credentials,
  };
}

/** With the date and the nonce that the SDK took. */
function ourRequest(
  { product, ours }: SignedCase,
  settings: AccountSettings,
  date: string | undefined,
  nonce: string | undefined,
): HttpRequest {
  const provider = providers.get(product);
  if (provider === undefined) throw new Error(`${product} is not registered`);
  const call: CallContext = { settings, nowMs: Date.parse(date ?? ""), nonce: nonce ?? "", token: null };
  return ours.kind === "query" ? provider.poll.encode(ours.tasks, call) : submitted(provider, ours, call);
}

function submitted(
  provider: Provider,
  { lane, items, options }: Extract<SignedCase["ours"], { kind: "submit" }>,
  call: CallContext,
): HttpRequest {
  const [first, ...rest] = items;
  const neutral = { strength: null, area: null, own: null };
  const checked = provider.options(lane, { ...neutral, ...options }, call.settings);
  if (!checked.ok || first === undefined) throw new Error(JSON.stringify(checked));
  return provider.encode({ lane, items: [first, ...rest], options: checked.value }, call);
}

function asRequest({ method, target, headers, body }: Recorded): HttpRequest {
  return { method: method === "GET" ? "GET" : "POST", url: `${recorder.origin}${target}`, headers, body };
}

/** The query is compared decoded: on the wire the SDK leaves `!'()*` bare, and the signature covers the encoded form. */
function acs3Parts(request: HttpRequest): object {
  const names = /SignedHeaders=([^,]*)/.exec(request.headers.authorization ?? "")?.[1]?.split(";") ?? [];
  return {
    method: request.method,
    authorization: request.headers.authorization,
    signedHeaders: names.map((name) => `${name}: ${request.headers[name]}`),
    query: sorted(new URL(request.url).searchParams),
    body: request.body ?? "",
  };
}

/** Every official client lays the parameters out otherwise (all in the form, or the common ones in the query); what is signed is the set. */
function rpcParts(request: HttpRequest): object {
  return { method: request.method, params: sorted(allParams(request)) };
}

function allParams(request: HttpRequest): ReadonlyMap<string, string> {
  return new Map([...new URL(request.url).searchParams, ...new URLSearchParams(request.body ?? "")]);
}

function sorted(params: Iterable<readonly [string, string]>): readonly string[] {
  return [...params].map(([name, value]) => `${name}=${value}`).toSorted();
}
