import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Played, playAccount, type Service } from "./play-account.ts";

/** What an answer of the cloud's own looks like, beside the marks of the service. */
const ERROR = /"(?:error_code|error)":/;

/** A test of a service: whatever a client sends to these paths, in these bodies and others, gets a proper answer. */
export function answersAnything(
  service: Service,
  paths: readonly string[],
  bodies: fc.Arbitrary<string>,
  marks: RegExp,
): void {
  const TOKEN = "MII-fixed";
  let played: Played;
  beforeAll(async () => {
    played = await playAccount(
      service,
      { kind: "token", token: TOKEN },
      {},
      { perSecond: 1e6, perMinute: 1e6 },
    );
  });
  afterAll(() => played.simulators.close());

  const proofs = fc.constantFrom<Record<string, string>>(
    { "x-auth-token": TOKEN },
    { "x-auth-token": "" },
    { authorization: `SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=${"0".repeat(64)}` },
    {},
  );
  const any = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((identity) => `{"auth":{"identity":${identity}}}`),
    bodies,
  );

  it("answers anything that a client sends with an error of the provider's, or takes it on", async () => {
    const origin = played.settings.endpoint ?? "";
    const sent = fc.tuple(
      fc.constantFrom("GET", "POST", "PUT"),
      fc.constantFrom(...paths, "/v3/auth/tokens", "/%zz", "/"),
    );
    await fc.assert(
      fc.asyncProperty(sent, any, proofs, async ([method, path], body, proof) => {
        const headers = { "content-type": "application/json", ...proof };
        const response = await fetch(origin + path, {
          method,
          headers,
          ...(method === "GET" ? {} : { body }),
        });
        const text = await response.text();
        expect(ERROR.test(text) || marks.test(text) ? null : text).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
}
