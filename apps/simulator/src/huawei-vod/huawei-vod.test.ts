import type { AccountSettings, Credentials } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { KEYS, taskOf } from "../../test/huawei/play-account.ts";
import { expectConfirmed, playing } from "../../test/huawei/playing.ts";
import { send } from "../../test/send.ts";
import { VOD } from "./service.ts";

const ID_1 = "9db42f5e08c15edecd99a98da241994a";
const ID_2 = "9e455adb02295aa123809e8dc7ca51c1";
const URL_1 = "https://vod.example.com/视/1 (a).mp4";
const URL_2 = "https://vod.example.com/2.mp4?x='*'";

const setup = playing(VOD);

describe("submit, poll, done", () => {
  it.each([
    ["purge-url", [URL_1, URL_2]],
    ["purge-media", [ID_1, ID_2]],
    ["prefetch-url", [URL_1, URL_2]],
    ["prefetch-media", [ID_1]],
  ] as const)("confirms every item of %s", async (lane, items) => {
    await expectConfirmed(await setup(), lane, items);
  });

  it.each([
    ["purge-url", [URL_1, URL_2], URL_2],
    ["purge-media", [ID_1, ID_2], ID_2],
  ] as const)("fails only the item of %s that the provider fails", async (lane, items, bad) => {
    const { simulators, submit, poll, ends } = await setup();
    simulators.faults.add({ kind: "fail-items", match: bad });
    const answer = await poll(taskOf(await submit(lane, items)));
    expect(ends(items, answer)).toEqual(["confirmed", "failed"]);
  });

  it("goes on asking for a task that has vanished", async () => {
    const { simulators, submit, poll, ends } = await setup();
    const task = taskOf(await submit("purge-url", [URL_1]));
    simulators.faults.add({ kind: "vanish-task", times: 1 });
    expect(await poll(task)).toMatchObject({ kind: "progress", tasks: [{ rows: [], next: [task] }] });
    expect(ends([URL_1], await poll(task))).toEqual(["confirmed"]);
  });

  it("does not show one call's task to the other's query", async () => {
    const { submit, poll } = await setup();
    const task = taskOf(await submit("purge-url", [URL_1]));
    expect(await poll({ ...task, call: "ShowPreheatingAsset" })).toMatchObject({ tasks: [{ rows: [] }] });
  });
});

describe("limits", () => {
  it("refuses a call with more than ten, or with one that is too long, or no URL", async () => {
    const { simulators, submit } = await setup();
    const eleven = Array.from({ length: 11 }, (_, index) => `https://vod.example.com/${index}`);
    const refused = { kind: "poisoned", code: "VOD.10053" };
    expect(await submit("purge-url", eleven)).toMatchObject(refused);
    expect(
      await submit(
        "purge-media",
        eleven.map(() => ID_1),
      ),
    ).toMatchObject(refused);
    expect(await submit("purge-url", [`https://vod.example.com/${"a".repeat(10_217)}`])).toMatchObject(
      refused,
    );
    expect(await submit("purge-url", ["ftp://vod.example.com/"])).toMatchObject(refused);
    expect(await submit("purge-url", [`https://vod.example.com/${"a".repeat(10_216)}`])).toMatchObject({
      kind: "accepted",
    });
    expect(simulators.ledger.stats()[0]?.itemsAccepted).toBe(1);
  });

  it("refuses a body above the gateway's limit", async () => {
    const lanes = { "purge-url": { bodyBytes: 80 }, "purge-media": { bodyBytes: 80 } };
    const { submit } = await setup(KEYS, { lanes });
    const refused = { kind: "poisoned", code: "APIGW.0201" };
    expect(await submit("purge-url", [URL_1, URL_2])).toMatchObject(refused);
    expect(await submit("purge-media", [ID_1])).toMatchObject({ kind: "accepted" });
  });

  it("answers the eleventh call of a minute with a wait of that minute", async () => {
    const { simulators, submit } = await setup();
    for (let call = 0; call < 10; call += 1) taskOf(await submit("purge-url", [URL_1]));
    expect(await submit("purge-url", [URL_1])).toMatchObject({
      kind: "throttled",
      code: "APIGW.0308",
      retryAfterMs: 60_000,
    });
    expect(await submit("prefetch-url", [URL_1]), "another call has its own").toMatchObject({
      kind: "accepted",
    });
    simulators.clock.advance(60_000);
    expect(await submit("purge-url", [URL_1])).toMatchObject({ kind: "accepted" });
  });

  it("spends a day's quota by items, and starts again at midnight", async () => {
    const { simulators, submit } = await setup(KEYS, { quotas: { url: 3 } });
    expect(await submit("purge-media", [ID_1, ID_2])).toMatchObject({ kind: "accepted" });
    expect(await submit("purge-url", [URL_1, URL_2])).toMatchObject({ kind: "quota", class: "url" });
    expect(await submit("prefetch-url", [URL_1])).toMatchObject({ kind: "accepted" });
    simulators.clock.advance(24 * 3_600_000);
    expect(await submit("purge-url", [URL_1, URL_2])).toMatchObject({ kind: "accepted" });
  });

  it.each([
    ["purge-url", URL_1, "VOD.10062"],
    ["purge-media", ID_1, "VOD.10061"],
    ["prefetch-media", ID_1, "VOD.10060"],
  ] as const)("refuses a call on %s for an item of it", async (lane, item, code) => {
    const { simulators, submit } = await setup();
    simulators.faults.add({ kind: "refuse-items", match: item, times: 1 });
    expect(await submit(lane, [item])).toMatchObject({ kind: "poisoned", code });
    expect(await submit(lane, [item])).toMatchObject({ kind: "accepted" });
  });
});

describe("identity", () => {
  it("refuses a wrong secret, an unknown key and another project, applying nothing", async () => {
    const { simulators, submit, context, settings } = await setup();
    const as = (change: Partial<AccountSettings>) =>
      submit("purge-url", [URL_1], context(null, { ...settings, ...change }));
    const refused = { kind: "auth", resign: false, code: "APIGW.0301" };
    expect(await as({ credentials: { ...KEYS, accessKeySecret: "wrong" } })).toMatchObject(refused);
    expect(await as({ credentials: { ...KEYS, accessKeyId: "UNKNOWN" } })).toMatchObject(refused);
    expect(await as({ credentials: { ...KEYS, securityToken: "strange" } })).toMatchObject(refused);
    expect(await as({ credentials: { kind: "token", token: "strange" } })).toMatchObject(refused);
    expect(await as({ projectId: "another" })).toMatchObject({ kind: "auth", code: "VOD.10057" });
    expect(simulators.ledger.stats().map(({ itemsAccepted }) => itemsAccepted)).toEqual([0, 0]);
  });

  it("says that a request is too old, so that it is signed again", async () => {
    const { submit, context } = await setup();
    const late = { ...context(), nowMs: context().nowMs - 16 * 60_000 };
    expect(await submit("purge-url", [URL_1], late)).toMatchObject({ kind: "auth", resign: true });
  });

  it("takes a client that keeps the real time while the virtual clock is ahead", async () => {
    const { simulators, submit, context } = await setup();
    const real = context();
    simulators.clock.advance(24 * 3_600_000);
    expect(await submit("purge-url", [URL_1], real)).toMatchObject({ kind: "accepted" });
    expect(await submit("purge-url", [URL_2], context())).toMatchObject({ kind: "accepted" });
  });

  it("locks a key for five minutes after more than five wrong signatures in a row", async () => {
    const { simulators, submit, context, settings } = await setup();
    const wrong = { ...settings, credentials: { ...KEYS, accessKeySecret: "wrong" } };
    const fail = async (times: number) => {
      for (let time = 0; time < times; time += 1) await submit("prefetch-url", [URL_1], context(null, wrong));
    };
    await fail(5);
    expect(await submit("purge-url", [URL_1]), "a right one ends the row").toMatchObject({
      kind: "accepted",
    });
    await fail(5);
    expect(await submit("purge-url", [URL_1]), "five are not more than five").toMatchObject({
      kind: "accepted",
    });
    await fail(6);
    const message = expect.stringContaining("AK access failed to reach the limit");
    expect(await submit("purge-url", [URL_1])).toMatchObject({ kind: "auth", resign: false, message });
    simulators.clock.advance(5 * 60_000);
    expect(await submit("purge-url", [URL_1])).toMatchObject({ kind: "accepted" });
  });

  it("takes temporary keys with their session token", async () => {
    const { submit } = await setup({ ...KEYS, securityToken: "temporary" });
    expect(await submit("purge-url", [URL_1])).toMatchObject({ kind: "accepted" });
  });

  it("takes a fixed token", async () => {
    const { submit, poll, ends } = await setup({ kind: "token", token: "MII-fixed" });
    expect(ends([ID_1], await poll(taskOf(await submit("purge-media", [ID_1]))))).toEqual(["confirmed"]);
  });

  const endpoint = "http://127.0.0.2:0";
  it.each<[string, Credentials, Partial<Credentials>]>([
    ["user", { kind: "iam", endpoint, domain: "d", user: "u", password: "p" }, { password: "q" }],
    [
      "key",
      { kind: "iam", endpoint, accessKeyId: "AK", accessKeySecret: "SK" },
      { accessKeySecret: "wrong" },
    ],
  ])("gives a %s a token at the identity service, good for a day", async (_, iam, change) => {
    const { simulators, submit, context, settings, provider } = await setup(iam);
    expect(simulators.origins).toHaveLength(2);
    const login = async (given: AccountSettings) => {
      const request = provider.login?.encode(given);
      if (request === undefined) throw new Error("no login");
      return provider.login?.decode(await send(request));
    };
    const session = await login(settings);
    if (session === undefined || "kind" in session) throw new Error(JSON.stringify(session));
    expect(Math.abs(session.expiresAtMs - simulators.clock.nowMs() - 24 * 3_600_000)).toBeLessThan(10_000);
    const call = context(session.token);
    expect(await submit("purge-url", [URL_1], call)).toMatchObject({ kind: "accepted" });
    simulators.clock.advance(24 * 3_600_000);
    expect(await submit("purge-url", [URL_1], call)).toMatchObject({
      kind: "auth",
      resign: true,
      code: "APIGW.0307",
    });
    const wrong = { ...settings, credentials: { ...settings.credentials, ...change } } as AccountSettings;
    expect(await login(wrong)).toMatchObject({ kind: "auth", code: "401" });
    const other = await login({ ...settings, projectId: "another" });
    expect(other).toMatchObject({ kind: "auth", code: "400" });
  });
});
