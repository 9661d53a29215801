import type { Cover, LaneLimits, Limits } from "@purgeline/core";
import { type Bundle, type How, limitsWith, type View } from "./bundle.ts";
import { orderLimits } from "./order-steps.ts";
import { keys } from "./steps.ts";

export const SITE = "https://a.example.com/";
export const SHOP: string = `${SITE}shop/`;
export const PAGE: string = `${SHOP}page.html`;

const UNDER_DIRECTORY: Cover = {
  lane: "purge-directory",
  reach: "directory",
  options: { FlushType: { kind: "rank", absent: 1, words: { flush: 0 } }, Area: { kind: "list" } },
};
const SAME_MEDIA: Cover = { lane: "purge-media", reach: "key", options: { Formats: { kind: "list" } } };

/** Every lane, without quota unless `change` says so; directories cover URLs and directories, media ids themselves. */
export function absorbLimits(change: Partial<LaneLimits> = {}): Limits {
  const limits = orderLimits(change);
  const lane = limits.lanes["purge-url"] ?? limitsWith().lanes["purge-url"];
  if (lane === undefined) throw new Error("no purge-url");
  return {
    ...limits,
    lanes: {
      ...limits.lanes,
      "purge-url": { ...lane, quota: change.quota ?? null, coveredBy: [UNDER_DIRECTORY] },
      "purge-directory": {
        ...lane,
        quota: "directory",
        coveredBy: [UNDER_DIRECTORY],
        covers: ["purge-url", "purge-directory"],
      },
      "purge-media": { ...lane, coveredBy: [SAME_MEDIA], covers: ["purge-media"] },
    },
  };
}

export function purgeDirectory(view: View, id: string, targets: readonly string[], how: How = {}) {
  return view.stage(id, targets, { lane: "purge-directory", ...how });
}

/** `state`, or `state via what`, of each target of an intent, in order. */
export async function states(view: View, id: string): Promise<readonly string[]> {
  const { items } = await view.intake.targets(id, { state: null, cursor: null, limit: 100 });
  return items.map(({ state, via }) => (via === null ? state : `${state} via ${via}`));
}

/** What absorption leaves in Redis when nothing waits and nothing is under way. */
export async function leftovers(store: Bundle): Promise<readonly string[]> {
  // Texts of directories stay until everything that waited before them has been looked through.
  for (let i = 0; i < 2; i += 1) await store.work.sweep("ali");
  const all = await keys(store);
  const found = all.filter((key) =>
    /:(order|next|after|gates|underway|keys|roots|absorbs)$|^(more|absorbed):/.test(key),
  );
  const fields: string[] = [];
  for (const lane of all.filter((key) => /^lane:[a-z-]+$/.test(key)))
    for (const field of await store.connection.hkeys(`t:{ali}:${lane}`))
      if (/^(look|absorbed:)/.test(field)) fields.push(`${lane} ${field}`);
  return [...found, ...fields];
}

/** How many keys are absorbed, and how many the lanes that hold them say. */
export async function absorbedKeys(
  store: Bundle,
): Promise<{ readonly held: number; readonly counted: number }> {
  let held = 0;
  let counted = 0;
  for (const key of await keys(store)) {
    if (key.startsWith("absorbed:")) held += await store.connection.hlen(`t:{ali}:${key}`);
    if (!/^lane:[a-z-]+$/.test(key)) continue;
    for (const [field, count] of Object.entries(await store.connection.hgetall(`t:{ali}:${key}`)))
      if (field.startsWith("absorbed:")) counted += Number(count);
  }
  return { held, counted };
}
