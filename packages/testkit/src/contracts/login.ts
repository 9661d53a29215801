import type { AccountSettings, HttpReply, Provider } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anyReply } from "./any-reply.ts";
import { expectHeaders, secretsOf } from "./discreet.ts";

/** A login's secret has to be in its body; a session that nobody gave must not come out of any answer. */
export function loginContract(provider: Provider, settings: AccountSettings): void {
  const { login } = provider;
  const { credentials } = settings;
  if (login === undefined || credentials.kind !== "iam") return;

  it("logs in at the identity service that the account names, the secret in no URL", () => {
    const request = login.encode(settings);
    expect(login.encode(settings)).toEqual(request);
    expect(new URL(request.url).origin).toBe(new URL(credentials.endpoint).origin);
    for (const secret of secretsOf(credentials)) expect(request.url).not.toContain(secret);
    expectHeaders(request);
  });

  it("reads any answer to a login, and takes none for a session without a token and an end", () => {
    const read = (reply: HttpReply): void => {
      const given = login.decode(reply);
      if ("kind" in given) return;
      expect(given.token).toMatch(/./);
      expect(Number.isFinite(given.expiresAtMs)).toBe(true);
    };
    fc.assert(fc.property(anyReply(), read));
    expect(login.decode({ status: 200, headers: {}, body: "<html>no</html>" })).toHaveProperty("kind");
  });

  it("stops the account when the login is refused", () => {
    for (const status of [400, 401, 403]) {
      const reply = { status, headers: {}, body: "{}" };
      expect(login.decode(reply)).toMatchObject({ kind: "auth", resign: false });
    }
  });
}
