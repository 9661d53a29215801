import { closestMatch } from "leven";

/** `; did you mean "x"?` for the nearest known word, or nothing when none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const folded = new Map(known.map((each) => [each.toLowerCase(), each]));
  // Two letters (one swap, as in `ulr`) or a third of them may differ, but never the whole word.
  const maxDistance = Math.min(word.length - 1, Math.max(2, Math.floor(word.length / 3)));
  const near = closestMatch(word.toLowerCase(), [...folded.keys()], { maxDistance });
  return near === undefined ? "" : `; did you mean "${folded.get(near)}"?`;
}

/** The sentence about a key that nobody knows. */
export function unknownKey(key: string, known: readonly string[]): string {
  const [head = "", ...rest] = key.split(":");
  // What stands before the colon is named only where it is a key, for it may be a secret that lost its own.
  if (rest.length > 0)
    return `unknown key; a colon must be followed by a space${known.includes(head) ? `, as in "${head}: "` : ""}`;
  return `unknown key${didYouMean(key, known) || `; known here: ${known.join(", ")}`}`;
}
