import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Callback, CallbackVerdict } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { afterEach, describe, expect, it } from "vitest";
import { batchOf, type PlayedForTest, playAccount, tasksOf } from "./play-accounts.ts";

let played: PlayedForTest | null = null;
let server: Server | null = null;
afterEach(async () => {
  await played?.sim.close();
  server?.closeAllConnections();
  server?.close();
  [played, server] = [null, null];
});

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly event: Readonly<Record<string, string>>;
}

/** A server that answers with these statuses, the last one for ever, and what it was sent, call by call. */
async function listen(...statuses: readonly number[]): Promise<{ url: string; next(): Promise<Received> }> {
  const got: Received[] = [];
  const waiting: ((received: Received) => void)[] = [];
  let calls = 0;
  server = createServer((request, response) => {
    void text(request).then((body) => {
      response.writeHead(statuses[Math.min(calls, statuses.length - 1)] ?? 200).end();
      calls += 1;
      const received = { headers: request.headers, event: JSON.parse(body) as Received["event"] };
      const first = waiting.shift();
      if (first === undefined) got.push(received);
      else first(received);
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  const next = async (): Promise<Received> => {
    const here = got.shift();
    return here ?? (await new Promise((take) => waiting.push(take)));
  };
  return { url: `http://127.0.0.1:${port}/v1/callbacks/vod?x=1`, next };
}

const options = (url: string) => ({
  Formats: "mp4",
  UserData: JSON.stringify({ MessageCallback: { CallbackURL: url }, Extend: { localId: "x" } }),
});

function decoded({ headers, event }: Received, url: string): CallbackVerdict | undefined {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  const callback: Callback = {
    url,
    headers: Object.fromEntries(texts),
    body: JSON.stringify(event),
    nowMs: Date.now(),
  };
  return played === null ? undefined : providers.get("alibaba-vod")?.hint?.decode(callback, played.settings);
}

describe("SubmitMediaRefreshComplete", () => {
  it("comes for each media once its URLs are submitted, signed with the account's key", async () => {
    const { url, next } = await listen(200);
    played = await playAccount("alibaba-vod", { callbackKey: "Key123" });
    const [job] = tasksOf(
      await played.submit(batchOf("prefetch-media", ["m1", "queuefull1", "nonexist1"], options(url))),
    );
    const received = [await next(), await next()];
    const byMedia = new Map(received.map(({ event }) => [event.MediaId, event]));
    expect(byMedia.get("m1")).toEqual({
      EventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      EventType: "SubmitMediaRefreshComplete",
      Status: "success",
      MediaRefreshJobId: job.id,
      MediaId: "m1",
      TaskType: "preload",
      SuccessPlayUrls: expect.stringContaining("/m1/SD.mp4"),
      TaskIds: expect.stringMatching(/^\d+(,\d+)*$/),
      FilterPolicy: '{" Formats":"mp4"}',
      Extend: '{"localId":"x"}',
      ErrorCode: "",
      ErrorMessage: "",
    });
    expect(byMedia.get("queuefull1")).toMatchObject({
      Status: "fail",
      ErrorCode: "PreloadQueueFull",
      TaskIds: "",
    });
    for (const each of received) expect(decoded(each, url)).toEqual({ ok: true, taskIds: [job.id] });
    expect(decoded(received[0] as Received, `${url}2`)).toMatchObject({ ok: false, why: "forged" });
  });

  it("is not signed for an account without a key, which believes no callback", async () => {
    const { url, next } = await listen(200);
    played = await playAccount("alibaba-vod");
    await played.submit(batchOf("purge-media", ["m1"], options(url)));
    const received = await next();
    expect(received.headers).not.toHaveProperty("x-vod-signature");
    expect(decoded(received, url)).toMatchObject({ why: "forged" });
  });

  it("is tried three times where it is not answered with 200", async () => {
    const { url, next } = await listen(204, 500, 200);
    played = await playAccount("alibaba-vod", { callbackKey: "Key123" });
    await played.submit(batchOf("purge-media", ["m1"], options(url)));
    const [first, second, third] = [await next(), await next(), await next()];
    expect([second.event, third.event]).toEqual([first.event, first.event]);
  });

  it("goes to loopback only", async () => {
    const { url, next } = await listen(200);
    played = await playAccount("alibaba-vod");
    // The same server, by an address that is not one of loopback's own.
    const foreign = url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    expect((await fetch(foreign, { method: "POST", body: "{}" })).status).toBe(200);
    await next();
    await played.submit(batchOf("purge-media", ["m1"], options(foreign)));
    await played.submit(batchOf("purge-media", ["m2"], options(url)));
    expect((await next()).event.MediaId).toBe("m2");
  });
});
