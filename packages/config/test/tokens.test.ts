import { describe, expect, it } from "vitest";
import { brief, configOf, FULL, load, problemsOf } from "./loading.ts";

const SHOP = { name: "shop", secret: "0123456789abcdef", allow: ["purge"] };
const OPS = { name: "ops", secret: "fedcba9876543210", allow: ["admin"] };
const { tokens: _, ...OPEN } = FULL;

const withTokens = (...tokens: unknown[]): object => ({ ...FULL, tokens });
const faultsOf = (...tokens: unknown[]): readonly string[] => brief(problemsOf(withTokens(...tokens)));

describe("tokens", () => {
  it("reach every host and account unless they name some", () => {
    expect(configOf(withTokens(SHOP)).tokens).toEqual([{ ...SHOP, hosts: null, accounts: null }]);
  });

  it("name their verbs once, however often they are written", () => {
    expect(configOf(withTokens({ ...SHOP, allow: ["read", "read"] })).tokens?.[0]?.allow).toEqual(["read"]);
  });

  it.each([
    ["nothing in it", {}, ["name: required", "secret: required", "allow: required"]],
    ["a verb that there is not", { ...SHOP, allow: ["purge", "purgee"] }, ["allow.1: invalid-value"]],
    ["no verb", { ...SHOP, allow: [] }, ["allow: invalid-value"]],
    ["an empty list of hosts", { ...SHOP, hosts: [] }, ["hosts: invalid-value"]],
    ["a host with a scheme", { ...SHOP, hosts: ["https://a.example"] }, ["hosts.0: invalid-value"]],
    ["an account that there is not", { ...SHOP, accounts: ["ali", "ally"] }, ["accounts.1: unknown-account"]],
    ["a secret with a line break", { ...SHOP, secret: "0123456789abcdef\n" }, ["secret: invalid-value"]],
    ["a secret of seven characters", { ...SHOP, secret: "1234567" }, ["secret: weak-secret"]],
    ["a number for a secret", { ...SHOP, secret: 1234567890 }, ["secret: invalid-value"]],
    ["a name in capitals", { ...SHOP, name: "Shop" }, ["name: invalid-value"]],
  ])("are refused with %s", (_, token, expected) => {
    expect(faultsOf(token)).toEqual(expected.map((each) => `tokens.0.${each}`));
  });

  it("have names and secrets of their own", () => {
    expect(faultsOf(SHOP, { ...OPS, name: "shop" })).toEqual(["tokens.1.name: duplicate"]);
    expect(problemsOf(withTokens(SHOP, { ...OPS, secret: SHOP.secret }))).toEqual([
      expect.objectContaining({ path: ["tokens", 1, "secret"], code: "duplicate" }),
    ]);
  });

  it("with a short secret are taken with a warning", () => {
    expect(load(withTokens({ ...SHOP, secret: "12345678" }))).toMatchObject({
      ok: true,
      warnings: [{ path: ["tokens", 0, "secret"], code: "weak-secret" }],
    });
  });

  it("are needed as soon as any role listens beyond this machine", () => {
    for (const role of ["http", "worker", "board"]) {
      for (const host of ["0.0.0.0", "::", "10.0.0.7", "purge.example.com"]) {
        expect(brief(problemsOf({ ...OPEN, [role]: { host } }))).toEqual([`${role}.host: no-tokens`]);
        expect(load({ ...FULL, [role]: { host } }).ok).toBe(true);
      }
      for (const host of ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST"]) {
        expect(load({ ...OPEN, [role]: { host } }).ok).toBe(true);
      }
    }
  });

  it("that are there but unreadable are reported alone: the hosts may be right", () => {
    expect(brief(problemsOf({ ...FULL, http: { host: "0.0.0.0" }, tokens: "a-secret" }))).toEqual([
      "tokens: not-a-list",
    ]);
  });

  it("that are unreadable say nothing about who has a share", () => {
    const [account] = FULL.accounts;
    const accounts = [{ ...account, quota: { shares: { shop: { url: 5 } } } }];
    expect(brief(problemsOf({ ...FULL, accounts, tokens: "none" }))).toEqual(["tokens: not-a-list"]);
    expect(brief(problemsOf({ ...FULL, accounts, tokens: [{ ...SHOP, name: "Shop" }] }))).toEqual([
      "tokens.0.name: invalid-value",
    ]);
  });

  it("are refused as an empty list, with which nobody could call", () => {
    expect(faultsOf()).toEqual(["tokens: required"]);
  });
});
