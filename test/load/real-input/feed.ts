/** A small generator with a seed (mulberry32), so that a run can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const MOST_URLS = 2000;

/**
 * Every URL once, and half of them once more, in any order, in intents of 1 to 2,000. An
 * intent may hold a URL twice: producers do that, too.
 */
export function intentsOf(urls: readonly string[], seed: number): readonly (readonly string[])[] {
  const random = randomOf(seed);
  const all = [...urls, ...urls.filter(() => random() < 0.5)];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] ?? "", all[i] ?? ""];
  }
  const intents: string[][] = [];
  for (let from = 0; from < all.length; ) {
    const size = 1 + Math.floor(random() * MOST_URLS);
    intents.push(all.slice(from, from + size));
    from += size;
  }
  return intents;
}
