import { type Chance, seededChance } from "../../fault/campaign/chance.ts";

/** One intent of the trace. */
export interface Wish {
  readonly atMs: number;
  readonly urls: readonly string[];
  readonly directories: readonly string[];
}

/*
 * A shop of 12 sections with 400 pages each, as its content system, its editors and its releases purge it. All figures
 * are Purgeline's own idea of such a shop; what they come to is in the scenario's table.
 */
const SECTIONS = 12;
const PAGES_A_SECTION = 400;
/** Mean time between two, ms. */
const EVERY_MS = { save: 1500, session: 10_000, release: 30_000, template: 25_000 };
/** An editor who goes through a section. */
const SESSION = { saves: [10, 40], withinMs: 3000 } as const;
/** New files of all pages: a build names them anew, and the old names are purged. */
const RELEASE = { files: [100, 400], intents: 4, apartMs: 150 } as const;
/** Who sees no effect asks again. */
const RETRY = { part: 0.25, more: 0.5, afterMs: [300, 5000], most: 4 } as const;

/** The same for the same seed, ordered by time. */
export function traceOf(options: { readonly seed: number; readonly seconds: number }): readonly Wish[] {
  const chance = seededChance(options.seed);
  const endMs = options.seconds * 1000;
  const wishes = [
    ...times(chance, EVERY_MS.save, endMs).map((atMs) => saved(chance, atMs, anySection(chance))),
    ...times(chance, EVERY_MS.session, endMs).flatMap((atMs) => session(chance, atMs)),
    ...times(chance, EVERY_MS.release, endMs).flatMap((atMs) => release(chance, atMs)),
    ...times(chance, EVERY_MS.template, endMs).map((atMs) => template(chance, atMs)),
  ];
  return [...wishes, ...wishes.flatMap((wish) => retriesOf(chance, wish))]
    .filter(({ atMs }) => atMs < endMs)
    .sort((a, b) => a.atMs - b.atMs);
}

/** One page, its section's list and the front page. */
function saved(chance: Chance, atMs: number, section: number): Wish {
  return { atMs, urls: [pageOf(chance, section), `${folderOf(section)}index.html`, HOME], directories: [] };
}

function session(chance: Chance, fromMs: number): readonly Wish[] {
  const section = anySection(chance);
  const saves = chance.between(...SESSION.saves);
  return Array.from({ length: saves }, () =>
    saved(chance, fromMs + chance.unit() * SESSION.withinMs, section),
  );
}

function release(chance: Chance, fromMs: number): readonly Wish[] {
  const files = chance.between(...RELEASE.files);
  const build = chance.between(1, 1_000_000);
  const names = Array.from({ length: files }, (_, i) => `${ORIGIN}/assets/${build}/${i}.js`);
  return Array.from({ length: RELEASE.intents }, (_, part) => ({
    atMs: fromMs + part * RELEASE.apartMs,
    // Each intent names the front page again: what a release script does at the end of each step.
    urls: [...names.filter((_, i) => i % RELEASE.intents === part), HOME],
    directories: [],
  }));
}

/** A section looks different: the whole of it, and the pages that people see most, to be sure. */
function template(chance: Chance, atMs: number): Wish {
  const section = anySection(chance);
  const toBeSure = Array.from({ length: 20 }, () => pageOf(chance, section));
  return { atMs, urls: [...new Set(toBeSure)], directories: [folderOf(section)] };
}

function retriesOf(chance: Chance, wish: Wish): readonly Wish[] {
  const retries: Wish[] = [];
  let { atMs } = wish;
  for (
    let part: number = RETRY.part;
    retries.length < RETRY.most && chance.unit() < part;
    part = RETRY.more
  ) {
    atMs += chance.between(...RETRY.afterMs);
    retries.push({ ...wish, atMs });
  }
  return retries;
}

const ORIGIN = "https://www.shop.example.com";
const HOME = `${ORIGIN}/index.html`;

function folderOf(section: number): string {
  return `${ORIGIN}/section-${section}/`;
}

/** The most popular page is saved twice as often as the second, three times as often as the third. */
function pageOf(chance: Chance, section: number): string {
  return `${folderOf(section)}page-${zipf(chance, PAGES_A_SECTION)}.html`;
}

function anySection(chance: Chance): number {
  return zipf(chance, SECTIONS);
}

/** A rank from 1 to `most`, its chance falling as 1/rank. */
function zipf(chance: Chance, most: number): number {
  let left = chance.unit() * harmonic(most);
  for (let rank = 1; rank < most; rank += 1) {
    left -= 1 / rank;
    if (left < 0) return rank;
  }
  return most;
}

function harmonic(most: number): number {
  let sum = 0;
  for (let rank = 1; rank <= most; rank += 1) sum += 1 / rank;
  return sum;
}

/** When something happens that happens as often as this on average, at any moment alike. */
function times(chance: Chance, everyMs: number, endMs: number): readonly number[] {
  const found: number[] = [];
  for (let atMs = 0; ; ) {
    atMs -= Math.log(1 - chance.unit()) * everyMs;
    if (atMs >= endMs) return found;
    found.push(atMs);
  }
}
