import type { Row } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { matchHuaweiRows } from "./match.ts";

const ID_1 = "9db42f5e08c15edecd99a98da241994a";
const ID_2 = "9e455adb02295aa123809e8dc7ca51c1";
const ID_3 = "f488337c31c8e4622f1590735b134c65";

const confirmed = (item: string): Row => ({ item, end: "confirmed", code: null, message: null });
const failed = (item: string): Row => ({ item, end: "failed", code: "FAILED", message: "words" });
const urlOf = (id: string, file = "x.mp4"): string => `https://vod.example.com/asset/${id}/${file}`;

function ends(items: readonly string[], rows: readonly Row[]) {
  return matchHuaweiRows(items, rows).map((row) => row?.end ?? null);
}

describe("rows of assets", () => {
  it("end an asset by the URLs whose path names it, failed when one failed", () => {
    const rows = [confirmed(urlOf(ID_1)), confirmed(urlOf(ID_2)), failed(urlOf(ID_2, "play_video/y.mp4"))];
    expect(ends([ID_1, ID_2], rows)).toEqual(["confirmed", "failed"]);
    expect(ends([ID_1, ID_2], rows.toReversed())).toEqual(["confirmed", "failed"]);
  });

  it("say nothing of an asset that none of them names: what is not listed is not done", () => {
    expect(ends([ID_1, ID_3], [confirmed(urlOf(ID_1))])).toEqual(["confirmed", null]);
    const another = [failed(urlOf(ID_1)), confirmed(urlOf(ID_2))];
    expect(ends([ID_1, ID_2, ID_3], another)).toEqual(["failed", "confirmed", null]);
    expect(ends([ID_1, ID_3], [confirmed("https://vod.example.com/somewhere/else.mp4")])).toEqual([
      null,
      null,
    ]);
  });

  it("end the only asset of a task, whatever its URLs look like", () => {
    const named = confirmed(urlOf(ID_1));
    const [done, broken] = [
      confirmed("https://vod.example.com/a.mp4"),
      failed("https://vod.example.com/b.mp4"),
    ];
    expect(ends([ID_1], [done])).toEqual(["confirmed"]);
    expect(ends([ID_1], [named, broken])).toEqual(["failed"]);
  });

  it("fail an asset that no row names, when a failed row names none of ours", () => {
    const stray = failed("https://vod.example.com/somewhere/else.mp4");
    expect(ends([ID_1, ID_3], [confirmed(urlOf(ID_1)), stray])).toEqual(["confirmed", "failed"]);
  });

  it("find an id only as a word of the path, not of the query, nor within a longer one", () => {
    const stray = (url: string) => ends([ID_1, "ab"], [failed(url), confirmed(urlOf("ab"))]);
    expect(stray(`https://vod.example.com/${ID_1}.m3u8`)).toEqual(["failed", "confirmed"]);
    expect(stray(`https://vod.example.com/x/ab?of=${ID_1}`)).toEqual([null, "failed"]);
    const within = [failed("https://vod.example.com/abc/cab"), confirmed(urlOf("ab"))];
    expect(ends(["ab", ID_2], within)).toEqual(["confirmed", "failed"]);
  });

  it("say nothing while there are none", () => {
    expect(ends([ID_1], [])).toEqual([null]);
  });
});

describe("rows of URLs", () => {
  it("end the URL that they name, however its escapes are spelled", () => {
    const items = ["https://vod.example.com/%E8%A7%86.mp4", "https://vod.example.com/b.mp4"];
    expect(ends(items, [confirmed("https://vod.example.com/视.mp4")])).toEqual(["confirmed", null]);
  });

  it("say nothing of a URL that they do not name", () => {
    expect(ends(["https://vod.example.com/a"], [failed("https://vod.example.com/b")])).toEqual([null]);
  });
});
