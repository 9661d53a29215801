import { readdirSync, readFileSync } from "node:fs";
import type { BatchContent, CallName, HttpReply, HttpRequest, Task } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { tencentCdn } from "./index.ts";
import { sampleAccount, sampleCall } from "./sample-account.ts";

/** A request of ours and a reply to it; the file's name begins with the kind of its outcome. */
interface Fixture {
  readonly signature?: string;
  readonly batch?: BatchContent;
  readonly beganAtMs?: number;
  readonly task?: Task;
  readonly quota?: CallName;
  /** Parameters of the body; those of every v2 request (key, time, signature) are left out. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly reply: HttpReply;
  readonly outcome: { readonly kind: string };
}

const folder = new URL("./fixtures/", import.meta.url);
const fixtures = readdirSync(folder).map((file): [string, Fixture] => [
  file.replace(".json", ""),
  JSON.parse(readFileSync(new URL(file, folder), "utf8")),
]);

describe("fixtures", () => {
  it.each(fixtures)("%s", (name, { signature, batch, beganAtMs, task, quota, request, reply, outcome }) => {
    const call = sampleCall(sampleAccount({ signature: signature ?? null }));
    expect(name.startsWith(`${outcome.kind}-`)).toBe(true);
    if (batch !== undefined) {
      expect(parametersOf(tencentCdn.encode(batch, call))).toEqual(request);
      expect(tencentCdn.decode(reply, batch, beganAtMs)).toEqual(outcome);
    }
    if (task !== undefined) {
      expect(parametersOf(tencentCdn.poll.encode([task], call))).toEqual(request);
      expect(tencentCdn.poll.decode(reply, [task])).toEqual(outcome);
    }
    if (quota !== undefined) {
      expect(tencentCdn.quota?.calls(call.settings)).toContain(quota);
      expect(parametersOf(tencentCdn.quota?.encode(quota, call))).toEqual(request);
      expect(tencentCdn.quota?.decode(quota, reply)).toEqual(outcome);
    }
    expect(batch ?? task ?? quota).toBeDefined();
  });
});

function parametersOf(request: HttpRequest | undefined): unknown {
  const { body = null, headers = {} } = request ?? {};
  if (headers["content-type"] === "application/json") return JSON.parse(body ?? "");
  const { SecretId, Timestamp, Nonce, Signature, SignatureMethod, ...own } = Object.fromEntries(
    new URLSearchParams(body ?? ""),
  );
  expect({ SecretId, Timestamp, Nonce, Signature }).not.toContain(undefined);
  return own;
}
