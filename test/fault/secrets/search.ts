/** What nobody may find, and by what name a test tells of it. */
export interface Secret {
  readonly name: string;
  readonly value: string;
  /** Places that have to hold it; absent: none. */
  readonly home?: RegExp;
}

/** A place where somebody may look, and what stands there. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** So much of a secret is never there by chance, and too much to be told. */
const PIECE = 12;

/** `place: secret`, for every place that holds a part of a secret: cut, encoded or within something else. */
export function leaksIn(places: readonly Place[], secrets: readonly Secret[]): readonly string[] {
  const sought = secrets.map((secret) => ({ ...secret, pieces: piecesOf(secret.value) }));
  return places.flatMap(({ name: place, text }) =>
    sought
      .filter(({ home, pieces }) => !(home?.test(place) ?? false) && pieces.some((one) => text.includes(one)))
      .map(({ name }) => `${place}: ${name}`),
  );
}

/** Of a leak twice as long as a piece, however spelled, one is left; of base64 the whole, wherever in it that begins. */
function piecesOf(value: string): readonly string[] {
  if (value.length < PIECE) throw new Error(`a secret of ${value.length} characters cannot be looked for`);
  const once = encodeURIComponent(value);
  const spellings = new Set([value, once, encodeURIComponent(once)]);
  return [...[...spellings].flatMap(cutUp), ...[0, 1, 2].map((shift) => base64Within(value, shift))];
}

function cutUp(text: string): readonly string[] {
  const count = Math.floor(text.length / PIECE);
  return Array.from({ length: count }, (_, i) => text.slice(i * PIECE, (i + 1) * PIECE));
}

/** The part of a text's base64 that does not depend on its neighbours, `shift` bytes after a group of three. */
function base64Within(value: string, shift: number): string {
  const padded = Buffer.from(`${" ".repeat(shift)}${value}`);
  return padded.toString("base64").slice(4, 4 + PIECE);
}
