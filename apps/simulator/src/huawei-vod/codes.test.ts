import { afterAll, beforeAll, expect, it } from "vitest";
import { control } from "../../test/send.ts";
import { type Played, playAccount } from "./play-account.ts";

/** What the adapter makes of every code that can be provoked. */
const CLASSES: Readonly<Record<string, string>> = {
  ...classed("ambiguous", "VOD.10051 VOD.10052 VST.10002 APIGW.0202 APIGW.0203"),
  ...classed("poisoned", "VOD.10053 VOD.10060 VOD.10061 VOD.10062 VOD.10081 VOD.10083 VST.10001 APIGW.0201"),
  ...classed("auth", "VOD.10054 VOD.10055 VOD.10056 VOD.10057 VST.10004"),
  ...classed("auth", "APIGW.0301 APIGW.0303 APIGW.0305 APIGW.0307"),
  ...classed("refused", "VOD.10058 VOD.10059 VOD.10063 VOD.10065 VOD.10066 VOD.10101 APIGW.0101"),
  ...classed("transient", "APIGW.0103 APIGW.0104 APIGW.0105 APIGW.0106"),
  ...classed("throttled", "APIGW.0308"),
  ...classed("quota", "VOD.10099"),
};

function classed(kind: string, codes: string): Readonly<Record<string, string>> {
  const listed = codes.split(" ");
  const spellings = [...listed, ...listed.map((code) => code.replace("APIGW", "APIG"))];
  return Object.fromEntries(spellings.map((code) => [code, kind]));
}

let played: Played;
beforeAll(async () => {
  played = await playAccount();
});
afterAll(() => played.simulators.close());

it("every code that the control API offers has a class of its own in the test", async () => {
  const { json } = await control(played.settings.endpoint ?? "", "GET", "codes");
  const [account] = (json as { accounts: { codes: string[] }[] }).accounts;
  expect(account?.codes.toSorted()).toEqual(Object.keys(CLASSES).toSorted());
});

it.each(Object.entries(CLASSES))("provoked over the control API, %s is %s", async (code, kind) => {
  const { simulators, settings, submit } = played;
  const fault = { kind: "code", code, call: "RefreshAsset", times: 1 };
  const { status } = await control(settings.endpoint ?? "", "POST", "faults", fault);
  expect(status).toBe(201);
  const outcome = await submit("purge-url", ["https://vod.example.com/1.mp4"]);
  expect(outcome).toMatchObject({ kind, code, requestId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(simulators.ledger.stats().map(({ itemsAccepted }) => itemsAccepted)).toEqual([0]);
});
