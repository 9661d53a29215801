import type { Json, Problem } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { planIntent } from "../src/admit/plan-intent.ts";
import { intake } from "./two-providers.ts";

const anyone = { name: "anyone", rights: null };
const A = "http://www.example.com/a";

function problemsOf(body: Json): readonly Problem[] {
  const planned = planIntent(body, anyone, intake, () => "int_1");
  return planned.ok ? [] : planned.problems;
}

const faults = (body: Json): readonly string[] =>
  problemsOf(body).map(({ path, code }) => `/${path.join("/")} ${code}`);

describe("a body with a fault is refused with its code and place", () => {
  it.each<[string, Json, readonly string[]]>([
    ["a list", [], ["/ wrong-type"]],
    ["null", null, ["/ wrong-type"]],
    ["no op", { urls: [A] }, ["/op missing"]],
    ["another op", { op: "burn", urls: [A] }, ["/op unknown-value"]],
    ["a number as op", { op: 1, urls: [A] }, ["/op wrong-type"]],
    ["no targets", { op: "purge" }, ["/ no-targets"]],
    ["an empty list", { op: "purge", urls: [] }, ["/urls empty-list"]],
    ["an empty list beside a full one", { op: "purge", urls: [A], media: [] }, ["/media empty-list"]],
    ["a text for a list", { op: "purge", urls: A }, ["/urls wrong-type"]],
    ["null for a list", { op: "purge", urls: null }, ["/urls wrong-type"]],
    ["a number in a list", { op: "purge", urls: [A, 7] }, ["/urls/1 wrong-type"]],
    ["an empty target", { op: "purge", urls: [""] }, ["/urls/0 empty"]],
    ["an unknown field", { op: "purge", urls: [A], ttl: 1 }, ["/ttl unknown-field"]],
    [
      "a field of later days",
      { op: "purge", urls: [A], callbackUrl: "https://x.org/" },
      ["/callbackUrl unknown-field"],
    ],
    ["not http", { op: "purge", urls: [A, "ftp://www.example.com/"] }, ["/urls/1 url-scheme"]],
    ["credentials", { op: "purge", urls: ["http://u:p@www.example.com/"] }, ["/urls/0 url-credentials"]],
    ["a fragment", { op: "purge", urls: [`${A}#x`] }, ["/urls/0 url-fragment"]],
    ["too long", { op: "purge", urls: [A.padEnd(41, "x")] }, ["/urls/0 url-too-long"]],
    ["an unknown host", { op: "purge", urls: ["http://example.com/"] }, ["/urls/0 unknown-host"]],
    ["a directory without its slash", { op: "purge", directories: [A] }, ["/directories/0 directory-slash"]],
    [
      "a directory with a query",
      { op: "purge", directories: [`${A}?x=/`] },
      ["/directories/0 directory-slash"],
    ],
    [
      "prefetch of a directory",
      { op: "prefetch", directories: [`${A}/`] },
      ["/directories/0 not-prefetchable"],
    ],
    ["prefetch of a pattern", { op: "prefetch", patterns: [A] }, ["/patterns/0 not-prefetchable"]],
    [
      "prefetch without parameters",
      { op: "prefetch", ignoreParams: [A] },
      ["/ignoreParams/0 not-prefetchable"],
    ],
    ["a pattern without a host", { op: "purge", patterns: ["/.*"] }, ["/patterns/0 url-scheme"]],
    [
      "media without account",
      { op: "purge", media: ["m1", "m2"] },
      ["/media/0 account-required", "/media/1 account-required"],
    ],
    ["media with a comma", { op: "purge", media: ["a,b"], account: "film" }, ["/media/0 media-characters"]],
    [
      "a media id too long",
      { op: "purge", media: ["m".repeat(41)], account: "film" },
      ["/media/0 media-too-long"],
    ],
    [
      "a target that the provider refuses",
      { op: "purge", urls: [`${A}/forbidden`] },
      ["/urls/0 unsupported-target"],
    ],
    [
      "account and accounts",
      { op: "purge", urls: [A], account: "shop", accounts: ["shop"] },
      ["/account account-and-accounts"],
    ],
    ["an unknown account", { op: "purge", urls: [A], account: "nobody" }, ["/account unknown-account"]],
    [
      "unknown accounts",
      { op: "purge", urls: [A], accounts: ["shop", "x", 1] },
      ["/accounts/2 wrong-type", "/accounts/1 unknown-account"],
    ],
    [
      "an account that does not serve the host",
      { op: "purge", urls: [A], account: "film" },
      ["/urls/0 account-does-not-serve"],
    ],
    [
      "a lane that the account lacks",
      { op: "purge", media: ["m"], account: "shop" },
      ["/media/0 unsupported"],
    ],
    [
      "a lane that one named account lacks",
      { op: "purge", directories: ["http://film.example.com/"], accounts: ["shop", "film"] },
      ["/directories/0 unsupported"],
    ],
    ["options as a text", { op: "purge", urls: [A], options: "soft" }, ["/options wrong-type"]],
    [
      "an unknown option",
      { op: "purge", urls: [A], options: { force: true } },
      ["/options/force unknown-field"],
    ],
    [
      "an unknown strength",
      { op: "purge", urls: [A], options: { strength: "firm" } },
      ["/options/strength unknown-value"],
    ],
    ["an empty area", { op: "purge", urls: [A], options: { area: "" } }, ["/options/area wrong-type"]],
    [
      "a provider's block that is no object",
      { op: "purge", urls: [A], options: { files: 1 } },
      ["/options/files wrong-type"],
    ],
    [
      "a provider's block without a target",
      { op: "purge", urls: [A], options: { clips: {} } },
      ["/options/clips option-unmatched"],
    ],
    [
      "an option that one provider cannot do",
      { op: "purge", urls: ["http://film.example.com/"], options: { strength: "soft" } },
      ["/options/strength unsupported"],
    ],
    ["an unknown priority", { op: "purge", urls: [A], priority: "high" }, ["/priority unknown-value"]],
    ["a time that is none", { op: "purge", urls: [A], notBefore: "tomorrow" }, ["/notBefore not-a-time"]],
    [
      "a day that is none",
      { op: "purge", urls: [A], notBefore: "2026-02-30T00:00:00Z" },
      ["/notBefore not-a-time"],
    ],
    [
      "a time without a zone",
      { op: "purge", urls: [A], notBefore: "2026-02-03T00:00:00" },
      ["/notBefore not-a-time"],
    ],
    ["a label's name", { op: "purge", urls: [A], labels: { "A b": "x" } }, ["/labels/A b label-name"]],
    ["a label's value", { op: "purge", urls: [A], labels: { a: 1 } }, ["/labels/a wrong-type"]],
    [
      "a label too long",
      { op: "purge", urls: [A], labels: { a: "x".repeat(256) } },
      ["/labels/a label-too-long"],
    ],
    [
      "labels without end",
      { op: "purge", urls: [A], labels: Object.fromEntries([...Array(17).keys()].map((n) => [`l${n}`, ""])) },
      ["/labels too-many-labels"],
    ],
  ])("%s", (_name, body, expected) => {
    expect(faults(body)).toEqual(expected);
  });

  it("every fault is told at once", () => {
    const body = {
      op: "burn",
      urls: [A, "ftp://x", `${A}#x`],
      media: ["m"],
      priority: 1,
      labels: 3,
      colour: "red",
    };
    expect(faults(body)).toEqual([
      "/colour unknown-field",
      "/op unknown-value",
      "/priority wrong-type",
      "/labels wrong-type",
      "/urls/1 url-scheme",
      "/urls/2 url-fragment",
      "/media/0 account-required",
    ]);
  });

  it("a fault shows the value without its query, which may be a signature", () => {
    const [problem] = problemsOf({ op: "purge", urls: ["http://nowhere.org/a?secret=1"] });
    expect(problem?.value).toBe("http://nowhere.org/a?…");
    expect(JSON.stringify(problem)).not.toContain("secret");
  });

  it("a fault shows neither user name nor password of a URL", () => {
    const [problem] = problemsOf({ op: "purge", urls: ["http://user:p%40ss@www.example.com/a"] });
    expect(problem).toMatchObject({ code: "url-credentials", value: "http://***@www.example.com/a" });
  });

  it.each<[Json, string, string]>([
    [7, "7", "a number"],
    [true, "true", "a boolean"],
    [null, "null", "null"],
    ["http://u:p@x.org/a?secret=1", "http://***@x.org/a?…", "a string"],
    ["", "", "an empty string"],
    ["x".repeat(300), "x".repeat(200), "a string"],
    [{ Cookie: "secret", b: { c: 1 } }, '{"Cookie":…,"b":…}', "an object"],
    [{}, "{}", "an object"],
  ])("of a wrong type %j is shown as given, and named by type", (urls, value, type) => {
    const expected = "expected a list of one or more strings";
    expect(problemsOf({ op: "purge", urls })).toEqual([
      { path: ["urls"], code: "wrong-type", value, detail: `this is ${type}; ${expected}` },
    ]);
  });

  it("of a list what lies on top is shown, of a long one its beginning", () => {
    const shown = (op: Json) => problemsOf({ op, urls: [A] })[0]?.value;
    expect(shown([1, "http://x.org/?secret=1", [2], [], { c: 1 }, {}, null])).toBe(
      '[1,"http://x.org/?…",[…],[],{…},{},null]',
    );
    expect(shown(Array.from({ length: 10_000 }, () => 1))).toBe("[1,1,1,1,1,1,1,1,1,1,…]");
    expect(shown(["x".repeat(150), "x".repeat(150)])).toHaveLength(200);
  });

  it("a body that is no object is shown", () => {
    expect(problemsOf(null)).toEqual([
      {
        path: [],
        code: "wrong-type",
        value: "null",
        detail: "the body is null; expected an object with op and at least one list of targets",
      },
    ]);
  });

  it("10,000 targets are taken over all kinds, one more is not", () => {
    const urls = Array.from({ length: 9_999 }, (_, n) => `${A}${n}`);
    expect(faults({ op: "purge", urls, directories: ["http://www.example.com/"] })).toEqual([]);
    const directories = ["http://www.example.com/", "http://www.example.com/b/"];
    expect(faults({ op: "purge", urls, directories })).toEqual(["/ too-many-targets"]);
  });

  it("after 1,000 faults only their number is told", () => {
    const problems = problemsOf({ op: "purge", urls: Array.from({ length: 1_234 }, () => "x") });
    expect(problems).toHaveLength(1_001);
    expect(problems.at(-1)).toMatchObject({ code: "more-problems", value: "234" });
  });

  it("an option nested without end is refused, not followed", () => {
    let deep: Json = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(faults({ op: "purge", urls: [A], options: { files: { deep } } })).toEqual(["/options too-deep"]);
    expect(faults({ op: "purge", urls: [deep] })).toEqual(["/urls/0 wrong-type"]);
  });
});
