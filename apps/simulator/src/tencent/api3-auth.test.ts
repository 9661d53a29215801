import type { HttpRequest } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { createStage } from "../../test/tencent-stage.ts";
import { signedForm, tc3Get } from "./hand-signed.ts";
import { playAccount, urlBatch } from "./play-account.ts";

const play = createStage();
const codeOf = async (sent: Promise<{ readonly body: string }>): Promise<string> =>
  JSON.parse((await sent).body).Response.Error?.Code ?? "ok";

describe("a TC3 signature", () => {
  const changes: [string, (request: HttpRequest) => HttpRequest, string][] = [
    [
      "over another body",
      (request) => ({ ...request, body: `${request.body} ` }),
      "AuthFailure.SignatureFailure",
    ],
    [
      "with another content type",
      ({ headers, ...request }) => ({
        ...request,
        headers: { ...headers, "content-type": "application/json; charset=utf-8" },
      }),
      "AuthFailure.SignatureFailure",
    ],
    [
      "of a key that nobody has",
      ({ headers, ...request }) => ({
        ...request,
        headers: {
          ...headers,
          authorization: (headers.authorization ?? "").replace("AKIDtest", "AKIDother"),
        },
      }),
      "AuthFailure.SecretIdNotFound",
    ],
    [
      "in another form",
      ({ headers, ...request }) => ({
        ...request,
        headers: {
          ...headers,
          authorization: (headers.authorization ?? "").replace("SignedHeaders", "Headers"),
        },
      }),
      "AuthFailure.InvalidAuthorization",
    ],
    [
      "with a token that the key has not",
      ({ headers, ...request }) => ({ ...request, headers: { ...headers, "x-tc-token": "t" } }),
      "AuthFailure.TokenFailure",
    ],
    [
      "of another version",
      ({ headers, ...request }) => ({ ...request, headers: { ...headers, "x-tc-version": "2017-03-12" } }),
      "NoSuchVersion",
    ],
    [
      "of an operation that is none",
      ({ headers, ...request }) => ({ ...request, headers: { ...headers, "x-tc-action": "PurgeAll" } }),
      "InvalidAction",
    ],
  ];
  it.each(changes)("%s is refused, under HTTP 200", async (_name, change, code) => {
    const { send, encode, sim } = await play();
    const reply = await send(change(encode(urlBatch(1))));
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toEqual({
      Response: { Error: { Code: code, Message: expect.any(String) }, RequestId: expect.any(String) },
    });
    expect(sim.ledger.since(0, 1)).toMatchObject([{ outcome: code, accepted: [] }]);
  });

  it("by another secret is refused", async () => {
    const { settings, submit, send } = await play();
    const { credentials } = settings;
    if (credentials.kind !== "keys") throw new Error("expected keys");
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "accepted" });
    const other = await playAccount({ credentials: { ...credentials, accessKeySecret: "other" } });
    const request = other.encode(urlBatch(1));
    await other.sim.close();
    expect(await codeOf(send({ ...request, url: `${settings.endpoint}/` }))).toBe(
      "AuthFailure.SignatureFailure",
    );
  });

  it("is refused when it is more than five minutes old", async () => {
    const { sim, encode, send } = await play();
    // Far from real time, which is good enough a clock, too.
    sim.clock.advance(3_600_000);
    const request = encode(urlBatch(1));
    sim.clock.advance(299_000);
    expect(await codeOf(send(request))).toBe("ok");
    sim.clock.advance(2_000);
    expect(await codeOf(send(request))).toBe("AuthFailure.SignatureExpire");
  });
});

describe("the other ways to sign for API 3.0", () => {
  it.each(["cdn", "127"])(
    "takes a TC3 GET for the service %s: the official SDK names the host's first label",
    async (service) => {
      const { settings, send, sim } = await play();
      const request = tc3Get(
        settings,
        "DescribePurgeTasks",
        { TaskId: "nobody" },
        sim.clock.nowMs(),
        service,
      );
      expect(JSON.parse((await send(request)).body)).toMatchObject({
        Response: { PurgeLogs: [], TotalCount: 0 },
      });
    },
  );

  it("takes no TC3 signature for another service", async () => {
    const { settings, send, sim } = await play();
    const request = tc3Get(settings, "DescribePurgeTasks", { TaskId: "nobody" }, sim.clock.nowMs(), "cvm");
    expect(await codeOf(send(request))).toBe("AuthFailure.SignatureFailure");
  });

  it("takes parameters signed with HmacSHA1 or HmacSHA256", async () => {
    const { settings, send, sim } = await play();
    const host = new URL(settings.endpoint ?? "").host;
    const codes = ["HmacSHA1", "HmacSHA256"].map(async (SignatureMethod) => {
      const fields: Record<string, string> = {
        Action: "PurgeUrlsCache",
        Version: "2018-06-06",
        SecretId: "AKIDtest",
        Nonce: "1",
        Timestamp: String(Math.floor(sim.clock.nowMs() / 1000)),
        SignatureMethod,
        "Urls.0": "https://cdn.example.com/a b.jpg",
        "Urls.1": "https://cdn.example.com/b.jpg",
      };
      const body = signedForm("POST", `${host}/`, fields, SignatureMethod === "HmacSHA1" ? "sha1" : "sha256");
      return codeOf(
        send({
          method: "POST",
          url: `${settings.endpoint}/`,
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body,
        }),
      );
    });
    expect(await Promise.all(codes)).toEqual(["ok", "ok"]);
    expect(sim.ledger.stats()).toMatchObject([{ call: "PurgeUrlsCache", itemsAccepted: 4, duplicates: 2 }]);
  });
});
