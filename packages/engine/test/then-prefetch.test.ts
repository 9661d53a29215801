import type { IntentPlan, Json } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { planIntent } from "../src/admit/plan-intent.ts";
import type { Rights } from "../src/admit/producer.ts";
import { intake } from "./two-providers.ts";

const anyone = { name: "anyone", rights: null };
const A = "http://www.example.com/a";
// biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
const THEN = { op: "purge", then: "prefetch" } as const;

function plansOf(body: Json): readonly [IntentPlan, IntentPlan | null] {
  const planned = planIntent(body, anyone, intake, () => "int_1");
  if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
  return [planned.plan, planned.follower];
}

function problemsOf(body: Json, rights: Rights | null = null) {
  const planned = planIntent(body, { name: "shop", rights }, intake, () => "int_1");
  if (planned.ok) throw new Error("it was planned");
  return planned.problems.map(({ path, code, detail }) => `/${path.join("/")} ${code}: ${detail}`);
}

describe('a purge with then: "prefetch"', () => {
  it("is followed by a prefetch of the same targets in the same accounts, with its labels and priority", () => {
    const body = { ...THEN, urls: [A, `${A}?2`, A], labels: { release: "7" }, priority: "urgent" };
    const [purge, follower] = plansOf(body);
    if (follower === null) throw new Error("nothing follows");
    expect(follower.head).toMatchObject({
      op: "prefetch",
      priority: "urgent",
      labels: { release: "7" },
      accounts: ["shop"],
      afterIntent: "int_1",
    });
    expect(follower.head.id).toBe(purge.head.thenIntent);
    const [of, to] = [purge.legs[0]?.lanes[0], follower.legs[0]?.lanes[0]];
    expect(to).toEqual({ lane: "prefetch-url", options: {}, targets: of?.targets });
  });

  it("is followed by the same intent whenever it is planned again", () => {
    const ids = [1, 2].map(() => plansOf({ ...THEN, urls: [A] })[1]?.head.id);
    expect(ids[0]).toMatch(/^int_[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it("is followed by a prefetch whose own body asks for the same", () => {
    const body = { ...THEN, urls: [A], account: "shop", notBefore: "2026-11-21T00:00:00Z" };
    const [, follower] = plansOf(body);
    if (follower === null) throw new Error("nothing follows");
    const [again] = plansOf(follower.body);
    expect(again.legs).toEqual(follower.legs);
    expect(again.head).toMatchObject({ notBeforeMs: follower.head.notBeforeMs, op: "prefetch" });
  });

  it("purges softly, if it shall: the prefetch has no strength", () => {
    const [purge, follower] = plansOf({ ...THEN, urls: [A], options: { strength: "soft" } });
    expect(purge.legs[0]?.lanes[0]?.options).toEqual({ Force: false });
    expect(follower?.legs[0]?.lanes[0]?.options).toEqual({});
  });

  it.each<[string, Json, readonly string[]]>([
    [
      "to an account that cannot prefetch",
      { ...THEN, urls: ["http://film.example.com/1"] },
      ["/then unsupported: prefetch of urls is not offered by film (clips), to which the purge goes"],
    ],
    [
      "of more than URLs",
      { ...THEN, urls: [A], directories: ["http://www.example.com/d/"] },
      ["/directories not-prefetchable: directories cannot be prefetched then; expected urls alone"],
    ],
    [
      "that is a prefetch",
      { ...THEN, op: "prefetch", urls: [A] },
      ["/then then-without-purge: then follows a purge; expected no then with a prefetch"],
    ],
    [
      "that is followed by something else",
      // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
      { op: "purge", then: "purge", urls: [A] },
      ['/then unknown-value: "purge" is not a known then; expected "prefetch"'],
    ],
  ])("is refused %s", (_what, body, problems) => {
    expect(problemsOf(body)).toEqual(problems);
  });

  it("is refused to a token that may not prefetch", () => {
    const rights = { verbs: new Set(["purge"] as const), hosts: null, accounts: null };
    expect(problemsOf({ ...THEN, urls: [A] }, rights)).toEqual([
      '/then token-verb: this token is not allowed "prefetch"; it is allowed purge',
    ]);
  });
});
