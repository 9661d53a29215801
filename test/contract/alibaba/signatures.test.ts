import type { AccountSettings, CallContext, HttpRequest, Provider } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Recorded, type Recorder, startRecorder } from "../recorder.ts";
import { type Keys, type Sdk, sdksOf } from "./ask.ts";
import { keysOf, settingsOf } from "./settings.ts";
import { SIGNED_CASES, type SignedCase } from "./signed-cases.ts";

const PLAIN = keysOf("secret/+=~*%");
const KEYS: Readonly<Record<string, Keys>> = {
  "an access key": PLAIN,
  "a session token": keysOf("secret/+=~*%", "CAIS+/==AbC~*% '()!"),
};

let recorder: Recorder;
beforeAll(async () => {
  recorder = await startRecorder('{"RequestId":"1"}');
});
afterAll(() => recorder.close());

/** Each case with each client that sends the same. */
const rows = SIGNED_CASES.flatMap((wanted) =>
  sdksOf(wanted.product)
    .filter((sdk) => sendsTheSame(sdk, wanted))
    .flatMap((sdk) => Object.keys(KEYS).map((keys) => ({ ...wanted, sdk, keys }))),
);

/** The CDN's package puts prefetches into the query, which acs3 signs otherwise than a form; and this version of it lacks a parameter. */
function sendsTheSame({ name, signature }: Sdk, { theirs: { action, params } }: SignedCase): boolean {
  if (!name.startsWith("cdn20180510") || action !== "PushObjectCache") return true;
  return signature === "rpc" && params.ConsistencyHash === undefined;
}

it.each(["alibaba-cdn", "alibaba-vod"] as const)("every operation of %s is among the cases", (product) => {
  const table = providers.get(product)?.table(settingsOf(product));
  const own = SIGNED_CASES.filter((wanted) => wanted.product === product);
  expect(new Set(own.map(({ theirs }) => theirs.action))).toEqual(new Set(Object.keys(table?.calls ?? {})));
  const lanes = own.flatMap(({ ours }) => (ours.kind === "submit" ? [ours.lane] : []));
  expect(new Set(lanes)).toEqual(new Set(Object.keys(table?.lanes ?? {})));
});

describe.each(Object.keys(KEYS))("with %s", (keys) => {
  it.each(rows.filter((row) => row.keys === keys).map((row) => [row.name, row.sdk.name, row] as const))(
    "%s is signed as %s signs it",
    async (_name, _sdk, { sdk, ...wanted }) => {
      const theirs = await recorder.record(() => theirCall(sdk, wanted, KEYS[keys] ?? PLAIN));
      const settings = settingsOf(wanted.product, {
        endpoint: recorder.origin,
        signature: sdk.signature,
        credentials: KEYS[keys] ?? PLAIN,
      });
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
  if (ours.kind === "submit") return submitted(provider, ours, call);
  if (ours.kind === "query") return provider.poll.encode(ours.tasks, call);
  if (provider.quota === undefined) throw new Error(`${product} tells no quota`);
  return provider.quota.encode(ours.call, call);
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
