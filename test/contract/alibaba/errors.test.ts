import { afterEach, describe, expect, it } from "vitest";
import { type ApiCall, SDKS } from "./ask.ts";
import { type Played, play } from "./play.ts";
import { keysOf } from "./settings.ts";

let played: Played | null = null;
afterEach(async () => {
  await played?.sim.close();
  played = null;
});

/** What an SDK threw: the newer ones `statusCode` too, all of them the answer as `data`. */
interface SdkError {
  readonly name: string;
  readonly code: string;
  readonly statusCode?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One call of each product that needs nothing before it. */
const PROBES = {
  "alibaba-cdn": ["RefreshObjectCaches", { ObjectPath: "https://cdn.example.com/中 1" }],
  "alibaba-vod": ["RefreshMediaPlayUrls", { MediaIds: "ca3a8f6e", TaskType: "Refresh" }],
} as const;
const products = Object.keys(PROBES) as (keyof typeof PROBES)[];
const pairs = products.flatMap((product) =>
  SDKS.filter((sdk) => sdk.products.includes(product)).map((sdk) => [sdk.name, product, sdk] as const),
);

describe.each(pairs)("%s at %s", (_name, product, sdk) => {
  const [action, params] = PROBES[product];

  it.each([
    ["another secret", "SignatureDoesNotMatch", keysOf("secret")],
    ["another key", "InvalidAccessKeyId.NotFound", { ...keysOf("secret"), accessKeyId: "LTAIother" }],
    [
      "a session token that is not the account's",
      "InvalidSecurityToken.Malformed",
      keysOf("secret/+=~*%", "x"),
    ],
  ])("is refused with %s, as %s", async (_what, code, keys) => {
    played = await play(product, sdk);
    const ask = played.askWith(keys);
    const call = played.call(action, params);
    const error = await thrownBy(() => ask(call));
    expect([error.code, error.data.Code]).toEqual([code, code]);
    expect(played.sim.ledger.since(0, 9)).toMatchObject([{ outcome: code, accepted: [] }]);
  });

  it("throws every code that the provider is known to answer, with the answer's fields", async () => {
    played = await play(product, sdk);
    const codes = played.sim.accounts[0]?.codes ?? [];
    expect(codes).toContain("SignatureNonceUsed");
    for (const code of codes) {
      played.sim.faults.add({ kind: "code", code, times: 1 });
      const error = await thrownByCall(played, action, params);
      expect([code, error.code, error.data]).toEqual([
        code,
        code,
        {
          RequestId: expect.any(String),
          HostId: new URL(played.origin).host,
          Code: code,
          Message: expect.stringMatching(/\S/),
          Recommend: expect.any(String),
        },
      ]);
      expect(error.name).toBe(
        sdk.name === "pop-core" ? `${code}Error` : classOf(code, error.statusCode ?? 0),
      );
    }
    expect(await played.ask(action, params)).toHaveProperty("RequestId");
  });

  it("is told that a parameter is missing, as the provider says it", async () => {
    played = await play(product, sdk);
    expect(await thrownByCall(played, action, {})).toMatchObject({ code: "MissingParameter" });
  });
});

/** The classes of openapi-core: by the word in the code first, then by the HTTP status. */
function classOf(code: string, status: number): string {
  if (code.includes("Throttling")) return "ThrottlingError";
  return status < 500 ? "ClientError" : "ServerError";
}

function thrownByCall({ ask }: Played, action: string, params: ApiCall["params"]): Promise<SdkError> {
  return thrownBy(() => ask(action, params));
}

function thrownBy(act: () => Promise<unknown>): Promise<SdkError> {
  return act().then(
    (answer) => expect.fail(`answered ${JSON.stringify(answer)} instead of throwing`),
    (error: SdkError) => error,
  );
}
