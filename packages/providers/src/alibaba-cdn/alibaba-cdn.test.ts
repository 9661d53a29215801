import type { HttpReply } from "@purgeline/core";
import { providerContract } from "@purgeline/testkit/provider-contract";
import { describe, expect, it } from "vitest";
import { readFixtures } from "../shared/alibaba/fixture-cases.ts";
import { testAccount, testCall } from "../shared/alibaba/test-account.ts";
import { alibabaCdn } from "./index.ts";

const fixtures = readFixtures(new URL("./fixtures/", import.meta.url));
const settings = testAccount("alibaba-cdn");
const accepting = Object.fromEntries(
  fixtures
    .filter(({ name, outcome }) => outcome === "accepted" && !name.includes("rejected"))
    .map(({ batch, reply }) => [batch.lane, reply]),
) as Readonly<Record<string, HttpReply>>;

providerContract(alibabaCdn, settings, accepting);
providerContract(alibabaCdn, testAccount("alibaba-cdn", { signature: "rpc" }), accepting);

describe("each recorded submit", () => {
  it.each(fixtures)("$name is encoded as recorded and decoded to the outcome in its name", (fixture) => {
    const request = alibabaCdn.encode(fixture.batch, testCall(settings));
    const sent = [new URL(request.url).search, request.body ?? ""].flatMap((text) => [
      ...new URLSearchParams(text),
    ]);
    expect(request.headers["x-acs-action"]).toBe(fixture.request.action);
    expect(Object.fromEntries(sent)).toEqual(fixture.request.params);
    expect(alibabaCdn.decode(fixture.reply, fixture.batch).kind).toBe(fixture.outcome);
  });
});
