import type { Json } from "@purgeline/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;
beforeAll(async () => {
  running = await service();
});
afterAll(() => running.close());

const FORMATS = ["mp4", "m3u8"] as const;
const DEFINITIONS = ["LD", "HD"] as const;
const TYPES = ["video", "audio"] as const;

type List<T> = { readonly [index: number]: T } & readonly T[];
interface Media {
  readonly formats?: List<string>;
  readonly definitions?: List<string>;
  readonly streamType?: List<string>;
  readonly resultType?: "Single" | "Multiple";
  readonly sliceFlag?: boolean;
  readonly sliceCount?: number;
}

/** Every URL that a call with these options is for, of a media that has all of them. */
function urlsOf(media: Media): ReadonlySet<string> {
  const found = new Set<string>();
  const slices = media.sliceFlag === true ? (media.sliceCount ?? 5) : 0;
  for (const format of media.formats ?? FORMATS)
    for (const definition of media.definitions ?? DEFINITIONS)
      for (const type of media.streamType ?? TYPES)
        for (const age of media.resultType === "Multiple" ? ["newest", "older"] : ["newest"])
          for (let slice = 0; slice <= slices; slice += 1)
            found.add([format, definition, type, age, slice].join(" "));
  return found;
}

const some = <T extends string>(all: readonly T[]) =>
  fc.uniqueArray(fc.constantFrom(...all), { minLength: 1 });
const options: fc.Arbitrary<Media> = fc
  .record(
    {
      formats: some(FORMATS),
      definitions: some(DEFINITIONS),
      streamType: some(TYPES),
      resultType: fc.constantFrom("Single", "Multiple"),
      slices: fc.option(fc.integer({ min: 1, max: 20 })),
    },
    { requiredKeys: [] },
  )
  .map(({ slices, ...rest }) =>
    slices === undefined || slices === null ? rest : { ...rest, sliceFlag: true, sliceCount: slices },
  );

/** A list that names everything is less than none: the provider may have formats that nobody knows of. */
function namesNoMore(wide: Media, narrow: Media): boolean {
  return (["formats", "definitions", "streamType"] as const).every(
    (list) => wide[list] === undefined || narrow[list] !== undefined,
  );
}

function isWithin(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((url) => all.has(url));
}

let serial = 0;
async function purge(id: string, own: Media | { readonly userData: Json }): Promise<string> {
  return await running.post({
    op: "purge",
    media: [id],
    account: "alivod",
    options: { "alibaba-vod": JSON.parse(JSON.stringify(own)) },
  });
}

async function viaOf(id: string): Promise<string | null> {
  const { items } = await running.store.targets(id, { state: null, cursor: null, limit: 1 });
  return items[0]?.via ?? null;
}

it("a media id is absorbed by the same one exactly where its options are for as many URLs and more", async () => {
  await fc.assert(
    fc.asyncProperty(options, options, async (wide, narrow) => {
      serial += 1;
      const media = `media-${serial}`;
      await purge(media, wide);
      const via = await viaOf(await purge(media, narrow));
      const [wideUrls, narrowUrls] = [urlsOf(wide), urlsOf(narrow)];
      const isCovered = isWithin(narrowUrls, wideUrls) && namesNoMore(wide, narrow);
      const isEqual = isCovered && isWithin(wideUrls, narrowUrls) && namesNoMore(narrow, wide);
      // Equal wishes are one key.
      expect(via).toBe(isCovered && !isEqual ? media : null);
    }),
    { numRuns: 200 },
  );
});

it("a media id is not absorbed where another callback would be told", async () => {
  const userData = { MessageCallback: { CallbackURL: "https://me.example.com/" } };
  await purge("media-told", {});
  expect(await viaOf(await purge("media-told", { userData }))).toBeNull();
});
