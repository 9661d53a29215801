import type { AccountSettings } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { KEYS, type Played, taskOf } from "../../test/huawei/play-account.ts";
import { expectConfirmed, playing } from "../../test/huawei/playing.ts";
import { send } from "../../test/send.ts";
import { CDN } from "./service.ts";

const URL_1 = "https://cdn.example.com/视/1 (a).jpg";
const URL_2 = "https://cdn.example.com/2.jpg?x='*'";
const DIRECTORY = "https://cdn.example.com/a/";

const setup = playing(CDN);

async function quotaOf({ provider, context }: Played) {
  const request = provider.quota?.encode("ShowQuota", context());
  if (request === undefined) throw new Error("no quota query");
  return provider.quota?.decode("ShowQuota", await send(request));
}

describe("submit, poll, done", () => {
  it.each([
    ["purge-url", [URL_1, URL_2]],
    ["purge-directory", [DIRECTORY]],
    ["prefetch-url", [URL_1, URL_2]],
  ] as const)("confirms every item of %s", async (lane, items) => {
    await expectConfirmed(await setup(), lane, items);
  });

  it("fails only the URL that the provider fails, with its reason", async () => {
    const { simulators, submit, poll, ends } = await setup();
    simulators.faults.add({ kind: "fail-items", match: URL_2 });
    const answer = await poll(taskOf(await submit("purge-url", [URL_1, URL_2])));
    expect(ends([URL_1, URL_2], answer)).toEqual(["confirmed", "failed"]);
    expect(answer).toMatchObject({ tasks: [{ rows: [{}, { code: "ORIGIN_ERROR" }] }] });
  });

  it("goes on asking for a task that has vanished", async () => {
    const { simulators, submit, poll } = await setup();
    const task = taskOf(await submit("purge-url", [URL_1]));
    simulators.faults.add({ kind: "vanish-task", times: 1 });
    expect(await poll(task)).toMatchObject({ kind: "progress", tasks: [{ rows: [], next: [task] }] });
    expect(await poll(task)).toMatchObject({ tasks: [{ next: [] }] });
  });

  it("shows a task of 2,500 URLs on three pages", async () => {
    const { submit, poll, ends } = await setup(KEYS, {
      lanes: { "purge-url": { batch: 2_500 } },
      quotas: { url: 2_500 },
    });
    const urls = Array.from({ length: 2_500 }, (_, index) => `https://cdn.example.com/${index}`);
    let task = taskOf(await submit("purge-url", urls));
    const seen: number[] = [];
    for (let page = 1; page <= 3; page += 1) {
      const answer = await poll(task);
      seen.push(ends(urls, answer).filter((end) => end === "confirmed").length);
      const [next] = answer.kind === "progress" ? (answer.tasks[0]?.next ?? []) : [];
      if (next === undefined) break;
      task = next;
    }
    expect(seen).toEqual([1_000, 1_000, 500]);
  });

  it("takes a soft purge of a directory, and Chinese characters to be encoded", async () => {
    const { submit, context } = await setup();
    const options = { mode: "detect_modify_refresh", zh_url_encode: true };
    expect(await submit("purge-directory", [DIRECTORY], context(), options)).toMatchObject({
      kind: "accepted",
    });
    const wrong = await submit("prefetch-url", [URL_1], context(), { mode: "all" });
    expect(wrong).toMatchObject({ kind: "poisoned", code: "APIGW.0201" });
  });
});

describe("limits", () => {
  it("refuses too many URLs, one that is too long, a directory without its slash", async () => {
    const { submit } = await setup();
    const directories = Array.from({ length: 101 }, (_, index) => `${DIRECTORY}${index}/`);
    expect(await submit("purge-directory", directories)).toMatchObject({
      kind: "poisoned",
      code: "CDN.0110",
    });
    const long = `https://cdn.example.com/${"a".repeat(4_096 - 24)}`;
    expect(await submit("purge-url", [long])).toMatchObject({ kind: "accepted" });
    expect(await submit("purge-url", [`${long}a`])).toMatchObject({ kind: "poisoned", code: "APIGW.0201" });
    expect(await submit("purge-directory", [URL_1])).toMatchObject({ kind: "poisoned" });
    expect(await submit("purge-url", ["ftp://cdn.example.com/"])).toMatchObject({ kind: "poisoned" });
  });

  it("answers a call above the rate with a wait of that second", async () => {
    const { submit } = await setup(KEYS, { calls: { CreateRefreshTasks: { perSecond: 1 } } });
    taskOf(await submit("purge-url", [URL_1]));
    expect(await submit("purge-url", [URL_1])).toMatchObject({ kind: "throttled", retryAfterMs: 1_000 });
  });

  it("tells its quota, spends it by URLs and refuses under HTTP 200 when the day is over", async () => {
    const played = await setup(KEYS, { quotas: { url: 3, directory: 1 } });
    const { simulators, submit } = played;
    taskOf(await submit("purge-url", [URL_1, URL_2]));
    expect(await quotaOf(played)).toMatchObject({
      figures: [
        { class: "url", limit: 3, remaining: 1 },
        { class: "directory", limit: 1, remaining: 1 },
        { class: "prefetch", limit: 1_000, remaining: 1_000 },
      ],
    });
    const spent = { kind: "quota", class: "url", code: "CDN.0110", doubtful: false };
    expect(await submit("purge-url", [URL_1, URL_2])).toMatchObject(spent);
    simulators.clock.advance(24 * 3_600_000);
    expect(await submit("purge-url", [URL_1, URL_2])).toMatchObject({ kind: "accepted" });
  });

  it("refuses a call for a domain that is somebody else's", async () => {
    const { simulators, submit } = await setup();
    simulators.faults.add({ kind: "refuse-items", match: URL_2, times: 1 });
    expect(await submit("purge-url", [URL_1, URL_2])).toMatchObject({ kind: "poisoned", code: "CDN.0108" });
  });
});

describe("identity", () => {
  it("refuses a wrong secret and another account, applying nothing", async () => {
    const { simulators, submit, context, settings } = await setup();
    const as = (change: Partial<AccountSettings>) =>
      submit("purge-url", [URL_1], context(null, { ...settings, ...change }));
    const wrong = { ...KEYS, accessKeySecret: "wrong" };
    expect(await as({ credentials: wrong })).toMatchObject({ kind: "auth", code: "APIGW.0301" });
    expect(await as({ own: { domainId: "another" } })).toMatchObject({ kind: "auth", code: "CDN.0020" });
    expect(simulators.ledger.stats().map(({ itemsAccepted }) => itemsAccepted)).toEqual([0]);
  });

  it("gives a user a token for the account, good for a day", async () => {
    const iam = {
      kind: "iam",
      endpoint: "http://127.0.0.2:0",
      domain: "d",
      user: "u",
      password: "p",
    } as const;
    const { simulators, submit, context, settings, provider } = await setup(iam);
    const { login } = provider;
    if (login === undefined) throw new Error("no login");
    const session = login.decode(await send(login.encode(settings)));
    if ("kind" in session) throw new Error(session.message);
    expect(await submit("purge-url", [URL_1], context(session.token))).toMatchObject({ kind: "accepted" });
    simulators.clock.advance(24 * 3_600_000);
    expect(await submit("purge-url", [URL_1], context(session.token))).toMatchObject({ code: "APIGW.0307" });
    const other = login.encode({ ...settings, own: { domainId: "another" } });
    expect(login.decode(await send(other))).toMatchObject({ kind: "auth", code: "400" });
  });
});
