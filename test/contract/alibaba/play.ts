import { effectiveLimits, NO_OVERRIDES } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { type Simulators, startSimulators } from "@purgeline/simulator";
import type { ApiCall, Ask, Keys, Sdk } from "./ask.ts";
import { keysOf, type Product, settingsOf } from "./settings.ts";

/** One played account at a product, and one official client that is configured for it. */
export interface Played {
  readonly sim: Simulators;
  readonly origin: string;
  /** The client's answer to a call, the clock moved on a little before it. */
  ask(action: string, params?: ApiCall["params"]): ReturnType<Ask>;
  /** The same client, configured with other keys. */
  askWith(keys: Keys): Ask;
  /** The call that `ask` sends. */
  call(action: string, params?: ApiCall["params"]): ApiCall;
}

export const COMPLETE_MS = 60_000;

/** The slowest query may be sent five times a second, and two submits of one second share their task ids. */
const PAUSE_MS = 1_001;

const VERSION = { "alibaba-cdn": "2018-05-10", "alibaba-vod": "2017-03-21" } as const;

export async function play(
  product: Product,
  sdk: Sdk,
  credentials: Keys = keysOf("secret/+=~*%"),
): Promise<Played> {
  const provider = providers.get(product);
  if (provider === undefined) throw new Error(`${product} is not registered`);
  const settings = settingsOf(product, { endpoint: "http://127.0.0.1:0", credentials });
  const limits = effectiveLimits(provider.table(settings), NO_OVERRIDES);
  const sim = await startSimulators([{ settings, limits }], { completeMs: COMPLETE_MS });
  const origin = sim.settingsOf("ali").endpoint ?? "";
  const send = sdk.client(origin, credentials);
  const call = (action: string, params: ApiCall["params"] = {}): ApiCall => ({
    action,
    version: VERSION[product],
    // As the vendor's packages send them: one query is a GET, and only refreshes of the CDN go in a form.
    method: action === "GetMediaRefreshJobs" ? "GET" : "POST",
    place: action === "RefreshObjectCaches" ? "form" : "query",
    params,
  });
  return {
    sim,
    origin,
    call,
    ask: (action, params) => {
      sim.clock.advance(PAUSE_MS);
      return send(call(action, params));
    },
    askWith: (keys) => sdk.client(origin, keys),
  };
}
