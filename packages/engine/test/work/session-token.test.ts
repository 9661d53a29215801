import { type Failure, type Outcome, type Provider, TransportFailed } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { submit, Turns } from "../../src/index.ts";
import { batchOf, failureOf, type Given, NO_ITEMS, SETTINGS, SUBMIT_SLOT, toy } from "./work-ports.ts";

const DONE: Outcome = { kind: "done", rejected: [], requestId: null };
const HOUR_MS = 3_600_000;

type Given1 = { readonly token: string; readonly expiresAtMs: number } | Failure;

/** An account that logs in; `logins` are the identity service's answers. */
function account(logins: readonly Given1[], given: Given = {}) {
  const left = [...logins];
  const login: Provider["login"] = {
    encode: () => ({ method: "POST", url: "https://iam.test/login", headers: {}, body: "login" }),
    decode: () => left.shift() ?? failureOf("refused", { code: "no-login-left" }),
  };
  const credentials = {
    kind: "iam",
    endpoint: "https://iam.test",
    domain: "d",
    user: "u",
    password: "the-password",
  } as const;
  const made = toy({ outcomes: [DONE], settings: { ...SETTINGS, credentials }, login, ...given });
  const send = async (count = 1): Promise<void> => {
    const batch = batchOf(["a"]);
    const store = {
      ...made.ports.store,
      take: async () => ({
        kind: "batch" as const,
        batch,
        sealed: 1,
        moved: { elsewhere: {}, legs: [] },
        slots: [],
        pending: 0,
      }),
    };
    const ports = { ...made.ports, store };
    await Promise.all(
      Array.from({ length: count }, () =>
        submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, ports, () => Promise.resolve()),
      ),
    );
  };
  return { ...made, send };
}

function session(token: string, expiresAtMs = 1_000_000 + HOUR_MS) {
  return { token, expiresAtMs };
}

describe("the session token of an account that logs in", () => {
  it("is asked for once, however many calls need it at the same time", async () => {
    const { send, told } = account([session("token-1")]);
    await send(5);
    await send();
    expect(told.sent).toEqual(["login", ...Array.from({ length: 6 }, () => "token-1 a")]);
  });

  it("is renewed ten minutes before its end, again once for all", async () => {
    const { send, told, advance } = account([session("token-1"), session("token-2", 1e15)]);
    await send();
    advance(HOUR_MS - 600_001);
    await send();
    advance(1);
    await send(3);
    expect(told.sent).toEqual([
      "login",
      "token-1 a",
      "token-1 a",
      "login",
      ...["token-2 a", "token-2 a", "token-2 a"],
    ]);
  });

  it("is asked for anew when the provider refuses it, and the call goes out with the new one", async () => {
    const stale = failureOf("auth", { resign: true });
    const { send, told } = account([session("token-1"), session("token-2")], {
      outcomes: [DONE, stale, DONE],
    });
    // The login's own reply takes the first turn of the toy's outcomes.
    await send();
    expect(told.sent).toEqual(["login", "token-1 a", "login", "token-2 a"]);
  });

  it("is asked for anew also when the provider refuses it as any bad credential, and only once", async () => {
    const dead = failureOf("auth", { resign: false });
    const cured = account([session("token-1"), session("token-2")], { outcomes: [DONE, dead, DONE] });
    await cured.send();
    expect(cured.told.sent).toEqual(["login", "token-1 a", "login", "token-2 a"]);
    const wrong = account([session("token-1"), session("token-2")], { outcomes: [DONE, dead, DONE, dead] });
    await wrong.send();
    expect(wrong.told.sent).toEqual(["login", "token-1 a", "login", "token-2 a"]);
    expect(wrong.told.records).toMatchObject([{ verdict: { hold: { scope: "account" } } }]);
  });

  it("that could not be had says so once: the next call logs in again", async () => {
    const { send, told, advance } = account([
      session("token-1"),
      failureOf("auth", { resign: false }),
      session("token-3", 1e15),
    ]);
    await send();
    advance(HOUR_MS);
    await send();
    expect(told.records.at(-1)).toMatchObject({ verdict: { do: "retry" }, error: { code: "Toy.auth" } });
    await send();
    expect(told.sent).toEqual(["login", "token-1 a", "login", "login", "token-3 a"]);
    expect(told.records.at(-1)).toMatchObject({ verdict: { do: "finish" } });
  });

  it("goes on serving when its renewal finds nobody, is tried again a minute later, and not served at its end", async () => {
    const away = failureOf("ambiguous");
    const { send, told, advance } = account([session("token-1"), away, away, away]);
    await send();
    advance(HOUR_MS - 600_000);
    await send(3);
    advance(59_999);
    await send();
    advance(1);
    await send();
    expect(told.sent).toEqual([
      ...["login", "token-1 a"],
      ...["login", "token-1 a", "token-1 a", "token-1 a"],
      "token-1 a",
      ...["login", "token-1 a"],
    ]);
    advance(480_000);
    await send();
    expect(told.sent.slice(9)).toEqual(["login"]);
    expect(told.records.at(-1)).toMatchObject({ verdict: { do: "retry", resend: null } });
  });

  it.each([
    ["ambiguous", { resend: null, hold: { scope: "call", why: "provider" } }],
    ["transient", { resend: null, hold: { scope: "call", why: "provider" } }],
    ["quota", { resend: null, hold: { scope: "call", why: "provider" } }],
    ["throttled", { resend: null, hold: { scope: "call", why: "throttled" } }],
    ["refused", { resend: null, hold: { scope: "account" } }],
    ["poisoned", { resend: null, hold: { scope: "account" } }],
  ] as const)("refused as %s never counts as a sent batch, and ends no target", async (kind, verdict) => {
    const failure = {
      ...failureOf(kind),
      ...(kind === "throttled" ? { retryAfterMs: null } : {}),
    } as Failure;
    const { send, told } = account([failure]);
    await send();
    expect(told.sent).toEqual(["login"]);
    expect(told.records).toMatchObject([{ verdict: { do: "retry", ...verdict } }]);
  });

  it("whose service cannot be reached leaves the batch unsent, and the next call tries again", async () => {
    const { send, told } = account([session("token-1")], {
      outcomes: [new TransportFailed("away", { sent: true }), DONE],
    });
    await send();
    expect(told.records).toMatchObject([
      { verdict: { do: "retry", resend: null }, error: { code: "login-unreachable" } },
    ]);
    await send();
    expect(told.sent).toEqual(["login", "login", "token-1 a"]);
  });
});
