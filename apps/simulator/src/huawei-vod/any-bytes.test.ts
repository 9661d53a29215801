import { type AccountSettings, effectiveLimits, NO_OVERRIDES } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Simulators, startSimulatorsOf } from "../kernel/start.ts";
import { huaweiVodSimulator } from "./index.ts";

const settings: AccountSettings = {
  name: "hua",
  provider: "huawei-vod",
  endpoint: "http://127.0.0.1:0",
  region: null,
  projectId: "p",
  own: {},
  callbackKey: null,
  signature: null,
  credentials: { kind: "token", token: "MII-fixed" },
};

let simulators: Simulators;
beforeAll(async () => {
  const table = providers.get("huawei-vod")?.table(settings);
  if (table === undefined) throw new Error("huawei-vod is not listed");
  const limits = { ...effectiveLimits(table, NO_OVERRIDES), calls: {} };
  simulators = await startSimulatorsOf([huaweiVodSimulator], [{ settings, limits }]);
});
afterAll(() => simulators.close());

const paths = [
  "/v1/p/asset/refresh",
  "/v1.0/p/asset/preheating?task_id=%",
  "/v1/p/asset/refresh?task_id=%ff&task_id",
  "/v3/auth/tokens",
  "/%zz",
  "/",
];
const bodies = fc.oneof(
  fc.string(),
  fc.json(),
  fc.json().map((urls) => `{"urls":${urls}}`),
  fc.json().map((ids) => `{"asset_id_list":${ids}}`),
  fc.json().map((identity) => `{"auth":{"identity":${identity}}}`),
);
const proofs = fc.constantFrom<Record<string, string>>(
  { "x-auth-token": "MII-fixed" },
  { "x-auth-token": "" },
  { authorization: `SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=${"0".repeat(64)}` },
  {},
);

it("Huawei's simulator answers anything that a client sends with an error of the provider's, or takes it on", async () => {
  const origin = simulators.settingsOf("hua").endpoint ?? "";
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST", "PUT"),
      fc.constantFrom(...paths),
      bodies,
      proofs,
      async (method, path, body, proof) => {
        const headers = { "content-type": "application/json", ...proof };
        const init = method === "GET" ? { method, headers } : { method, headers, body };
        const response = await fetch(origin + path, init);
        const code = /"(?:error_code|error|task_id|\w+_results)":/;
        expect(await response.text()).toMatch(code);
      },
    ),
    { numRuns: 300 },
  );
});
