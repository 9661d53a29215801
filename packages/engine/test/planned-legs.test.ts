import type { IntentPlan, Json } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { planIntent } from "../src/admit/plan-intent.ts";
import { intake } from "./two-providers.ts";

const anyone = { name: "anyone", rights: null };
const A = "http://www.example.com/a";

function planOf(body: Json): IntentPlan {
  const planned = planIntent(body, anyone, intake, () => "int_1");
  if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
  return planned.plan;
}

describe("a good body becomes a plan", () => {
  it("each account that serves the host gets a leg, and several kinds become lanes", () => {
    const plan = planOf({
      op: "purge",
      urls: ["http://film.example.com/1", "http://www.example.com/2"],
      directories: ["http://film.example.com/d/"],
    });
    expect(plan.head).toMatchObject({
      accounts: ["film", "shop"],
      hosts: ["film.example.com", "www.example.com"],
    });
    expect(
      plan.legs.map(({ account, lanes }) => [
        account,
        ...lanes.map(({ lane, targets }) => `${lane} ${targets.length}`),
      ]),
    ).toEqual([
      ["film", "purge-url 1"],
      ["shop", "purge-directory 1", "purge-url 2"],
    ]);
  });

  it.each([
    [{ account: "shop" }, ["shop"]],
    [{ accounts: ["shop", "film", "shop"] }, ["film", "shop"]],
    [{}, ["film", "shop"]],
  ])("%j sends a URL of both to %j", (restriction, accounts) => {
    const plan = planOf({ op: "purge", urls: ["http://film.example.com/1"], ...restriction });
    expect(plan.head.accounts).toEqual(accounts);
  });

  it("repeated targets are counted, and one of each key is kept, as first spelled", () => {
    const plan = planOf({ op: "purge", urls: [A, "HTTP://WWW.example.com:80/b/../a", `${A}?v=1`, A] });
    expect(plan.legs).toMatchObject([
      {
        duplicates: 2,
        lanes: [{ targets: [{ text: A, key: A, domain: "www.example.com" }, { key: `${A}?v=1` }] }],
      },
    ]);
  });

  it("the cache key rule of the host decides what is repeated", () => {
    const plan = planOf({
      op: "purge",
      urls: ["http://img.example.com/?v=1", "http://img.example.com/?v=2"],
    });
    expect(plan.legs).toMatchObject([
      { duplicates: 1, lanes: [{ targets: [{ key: "http://img.example.com/" }] }] },
    ]);
  });

  it("a purge for every query is one whatever query is given", () => {
    const plan = planOf({ op: "purge", ignoreParams: [`${A}?v=1`, A] });
    expect(plan.legs).toMatchObject([{ duplicates: 1, lanes: [{ targets: [{ key: A }] }] }]);
  });

  it("targets of a lane stand by domain, and within it as given", () => {
    const urls = [
      "http://b.example.com/2",
      "http://a.example.com/2",
      "http://b.example.com/1",
      "http://a.example.com/1",
    ];
    const [leg] = planOf({ op: "purge", urls }).legs;
    expect(leg?.lanes[0]?.targets.map(({ text }) => text)).toEqual([urls[1], urls[3], urls[0], urls[2]]);
  });

  it("options reach the call of each provider, its own block only there", () => {
    const plan = planOf({
      op: "purge",
      urls: ["http://film.example.com/1"],
      options: { strength: "hard", clips: { formats: ["mp4"] } },
    });
    expect(plan.legs.map(({ lanes }) => lanes[0]?.options)).toEqual([{ formats: ["mp4"] }, { Force: true }]);
  });

  it("the head says who, when, how urgent and where", () => {
    const body = {
      op: "purge",
      urls: [A],
      priority: "urgent",
      notBefore: "2026-02-03T04:05:06.5+01:00",
      labels: { __proto__x: "1", release: "7" },
    };
    expect(planOf(body).head).toEqual({
      id: "int_1",
      op: "purge",
      priority: "urgent",
      labels: { __proto__x: "1", release: "7" },
      createdBy: "anyone",
      accounts: ["shop"],
      hosts: ["www.example.com"],
      notBeforeMs: Date.UTC(2026, 1, 3, 3, 5, 6, 500),
    });
  });

  it("more than 50 hosts are not listed", () => {
    const urls = (count: number) => Array.from({ length: count }, (_, n) => `http://h${n}.example.com/`);
    expect(planOf({ op: "purge", urls: urls(50) }).head.hosts).toHaveLength(50);
    expect(planOf({ op: "purge", urls: urls(51) }).head.hosts).toBeNull();
  });
});
