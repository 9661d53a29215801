import type { Json, Verb } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { planIntent } from "../src/admit/plan-intent.ts";
import type { Rights } from "../src/admit/producer.ts";
import { mayChange, maySee } from "../src/read/visibility.ts";
import { intake } from "./two-providers.ts";

const A = "http://www.example.com/a";
const FILM = "http://film.example.com/a";
const VAULT = "http://vault.org/a";

function token(verbs: readonly Verb[], limits: Partial<Rights> = {}): Rights {
  return { verbs: new Set(verbs), hosts: null, accounts: null, ...limits };
}

function answer(body: Json, rights: Rights): string {
  const planned = planIntent(body, { name: "shop", rights }, intake, () => "int_1");
  if (planned.ok) return planned.plan.head.accounts.join(" ");
  return `${planned.why} ${planned.problems.map(({ path, code }) => `/${path.join("/")} ${code}`).join(" ")}`;
}

describe("what a token may ask for", () => {
  it.each<[string, Json, Rights, string]>([
    ["its verb", { op: "purge", urls: [A] }, token(["purge"]), "shop"],
    ["another verb", { op: "prefetch", urls: [A] }, token(["purge", "read"]), "forbidden /op token-verb"],
    [
      "a directory",
      { op: "purge", directories: [`${A}/`] },
      token(["purge"]),
      "forbidden /directories token-verb",
    ],
    ["a directory, allowed", { op: "purge", directories: [`${A}/`] }, token(["purge", "directory"]), "shop"],
    ["a pattern", { op: "purge", patterns: [A] }, token(["purge"]), "forbidden /patterns token-verb"],
    [
      "every query",
      { op: "purge", ignoreParams: [A] },
      token(["purge"]),
      "forbidden /ignoreParams token-verb",
    ],
    [
      "urgent",
      { op: "purge", urls: [A], priority: "urgent" },
      token(["purge"]),
      "forbidden /priority token-verb",
    ],
    ["urgent, allowed", { op: "purge", urls: [A], priority: "urgent" }, token(["purge", "urgent"]), "shop"],
    [
      "hosts in and out",
      { op: "purge", urls: [A, VAULT] },
      token(["purge"], { hosts: ["*.example.com"] }),
      "forbidden /urls/1 token-host",
    ],
    [
      "an unknown host outside",
      { op: "purge", urls: ["http://nowhere.org/"] },
      token(["purge"], { hosts: ["*.example.com"] }),
      "forbidden /urls/0 token-host",
    ],
    [
      "an account's host outside",
      { op: "purge", urls: [A, VAULT] },
      token(["purge"], { accounts: ["shop"] }),
      "forbidden /urls/1 token-account",
    ],
    [
      "a host of two accounts",
      { op: "purge", urls: [FILM] },
      token(["purge"], { accounts: ["shop"] }),
      "shop",
    ],
    [
      "an account outside, by name",
      { op: "purge", urls: [FILM], account: "film" },
      token(["purge"], { accounts: ["shop"] }),
      "forbidden /account token-account",
    ],
    [
      "an account that is none",
      { op: "purge", urls: [FILM], account: "x" },
      token(["purge"], { accounts: ["shop"] }),
      "forbidden /account token-account",
    ],
    [
      "media with hosts alone",
      { op: "purge", media: ["m"], account: "film" },
      token(["purge"], { hosts: ["*.example.com"] }),
      "forbidden /media/0 token-host",
    ],
    [
      "media with hosts and accounts",
      { op: "purge", media: ["m"], account: "film" },
      token(["purge"], { hosts: ["*.example.com"], accounts: ["film"] }),
      "film",
    ],
    [
      "a fault inside its reach",
      { op: "purge", urls: [`${A}#x`] },
      token(["purge"], { accounts: ["shop"] }),
      "invalid /urls/0 url-fragment",
    ],
  ])("%s", (_name, body, rights, expected) => {
    expect(answer(body, rights)).toBe(expected);
  });
});

describe("a refusal names what was asked for, and what the token may", () => {
  it.each<[string, Json, Rights, string | undefined, string]>([
    [
      "a verb",
      { op: "prefetch", urls: [A] },
      token(["purge", "read"]),
      "prefetch",
      'this token is not allowed "prefetch"; it is allowed purge, read',
    ],
    [
      "a directory",
      { op: "purge", directories: [`${A}/?secret=1`, `${A}/`] },
      token(["purge"]),
      `["${A}/?…","${A}/"]`,
      'this token is not allowed "directory"; it is allowed purge',
    ],
    [
      "an account",
      { op: "purge", urls: [FILM], account: "film" },
      token(["purge"], { accounts: ["shop", "vault"] }),
      "film",
      'this token does not reach the account "film"; expected one of shop, vault',
    ],
    [
      "a host of another account, which is not named",
      { op: "purge", urls: [VAULT] },
      token(["purge"], { accounts: ["shop"] }),
      VAULT,
      "this token reaches no account that serves the host vault.org; expected a host of shop",
    ],
    [
      "a host",
      { op: "purge", urls: [VAULT] },
      token(["purge"], { hosts: Array.from({ length: 22 }, (_, n) => `${n}.org`) }),
      VAULT,
      "this token does not reach the host vault.org; expected one of " +
        `${Array.from({ length: 20 }, (_, n) => `${n}.org`).join(", ")} and 2 more`,
    ],
  ])("%s", (_name, body, rights, value, detail) => {
    const planned = planIntent(body, { name: "shop", rights }, intake, () => "int_1");
    expect(planned.ok ? [] : planned.problems).toEqual([expect.objectContaining({ value, detail })]);
  });
});

describe("whose intents a token sees", () => {
  const head = {
    id: "int_1",
    op: "purge",
    priority: "normal",
    labels: {},
    createdBy: "shop",
    accounts: ["film", "shop"],
    hosts: ["film.example.com"],
    notBeforeMs: null,
  } as const;
  const reader = (limits: Partial<Rights>) => ({ name: "reader", rights: token(["read"], limits) });

  it.each([
    ["everything with full rights", { name: "ops", rights: null }, true],
    ["its own, even without read", { name: "shop", rights: token(["purge"]) }, true],
    ["none without read", { name: "reader", rights: token(["purge"]) }, false],
    ["all with read alone", reader({}), true],
    ["what lies within its accounts", reader({ accounts: ["film", "shop", "vault"] }), true],
    ["not what goes to one account more", reader({ accounts: ["film"] }), false],
    ["what lies within its hosts", reader({ hosts: ["*.example.com"] }), true],
    ["not what names another host", reader({ hosts: ["www.example.com"] }), false],
  ])("%s", (_name, producer, expected) => {
    expect(maySee(head, producer)).toBe(expected);
  });

  it("hosts that are not known are outside every list of hosts", () => {
    expect(maySee({ ...head, hosts: null }, reader({ hosts: ["*.example.com"] }))).toBe(false);
    expect(maySee({ ...head, hosts: [] }, reader({ hosts: ["*.example.com"] }))).toBe(false);
    expect(
      maySee({ ...head, hosts: [] }, reader({ hosts: ["*.example.com"], accounts: ["film", "shop"] })),
    ).toBe(true);
  });

  it("only its creator with the verb, and full rights, may change it", () => {
    expect(mayChange(head, { name: "ops", rights: null })).toBe(true);
    expect(mayChange(head, { name: "shop", rights: token(["purge"]) })).toBe(true);
    expect(mayChange(head, { name: "shop", rights: token(["prefetch", "read"]) })).toBe(false);
    expect(mayChange(head, { name: "other", rights: token(["purge", "read"]) })).toBe(false);
  });
});
