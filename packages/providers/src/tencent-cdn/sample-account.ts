import type { AccountSettings, CallContext } from "@purgeline/core";
import { tc3Vectors, VECTOR_NOW_MS } from "./vectors/vectors.ts";

/** An account with the vectors' keys, for tests. */
export function sampleAccount(changes: Partial<AccountSettings> = {}): AccountSettings {
  const [vector] = tc3Vectors;
  if (vector === undefined) throw new Error("tencent-cdn: no TC3 vectors");
  return {
    name: "tencent",
    provider: "tencent-cdn",
    endpoint: null,
    region: null,
    projectId: null,
    own: {},
    callbackKey: null,
    signature: null,
    credentials: vector.keys,
    ...changes,
  };
}

/** The vectors' clock, and a nonce whose number form is 11886, as theirs. */
export function sampleCall(settings: AccountSettings): CallContext {
  return { settings, nowMs: VECTOR_NOW_MS, nonce: "00002e6e8899aabbccddeeff00112233", token: null };
}
