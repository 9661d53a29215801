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
  if (key.includes(":")) return "unknown key; a colon must be followed by a space";
  return `unknown key${didYouMean(key, known) || `; known here: ${known.join(", ")}`}`;
}
