import { afterAll, beforeAll, expect, it } from "vitest";
import { control } from "../send.ts";
import { type Played, playAccount, type Service } from "./play-account.ts";

/** Codes under the class that the adapter takes them for; the gateway's stand under both of their spellings. */
export function classed(kind: string, codes: string): Readonly<Record<string, string>> {
  const listed = codes.split(" ");
  const spellings = [...listed, ...listed.map((code) => code.replace("APIGW", "APIG"))];
  return Object.fromEntries(spellings.map((code) => [code, kind]));
}

/** The gateway's codes. */
export const AT_GATEWAY: Readonly<Record<string, string>> = {
  ...classed("refused", "APIGW.0101"),
  ...classed("transient", "APIGW.0103 APIGW.0104 APIGW.0105 APIGW.0106"),
  ...classed("poisoned", "APIGW.0201"),
  ...classed("ambiguous", "APIGW.0202 APIGW.0203"),
  ...classed("auth", "APIGW.0301 APIGW.0303 APIGW.0305 APIGW.0307"),
  ...classed("throttled", "APIGW.0308"),
};

/** Tests of a service: what the adapter makes of every code that its simulator can be made to say. */
export function eachCode(service: Service, call: string, classes: Readonly<Record<string, string>>): void {
  let played: Played;
  beforeAll(async () => {
    played = await playAccount(service);
  });
  afterAll(() => played.simulators.close());

  it("every code that the control API offers has a class of its own in the test", async () => {
    const { json } = await control(played.settings.endpoint ?? "", "GET", "codes");
    const [account] = (json as { accounts: { codes: string[] }[] }).accounts;
    expect(account?.codes.toSorted()).toEqual(Object.keys(classes).toSorted());
  });

  it.each(Object.entries(classes))("provoked over the control API, %s is %s", async (code, kind) => {
    const { simulators, settings, submit } = played;
    const { status } = await control(settings.endpoint ?? "", "POST", "faults", {
      kind: "code",
      code,
      call,
      times: 1,
    });
    expect(status).toBe(201);
    const outcome = await submit("purge-url", ["https://vod.example.com/1.mp4"]);
    expect(outcome).toMatchObject({ kind, code, requestId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(simulators.ledger.stats().map(({ itemsAccepted }) => itemsAccepted)).toEqual([0]);
  });
}
