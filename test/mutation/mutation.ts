/** A safeguard, the change that takes it out, and the test that has to notice. */
export interface Mutation {
  readonly safeguard: string;
  /** P1 to P12, as in docs/reliability.md. */
  readonly promise: `P${number}`;
  readonly file: string;
  /** Stands in the file once. */
  readonly from: string;
  readonly to: string;
  /** The file of the test, and words of its name. */
  readonly test: readonly [file: string, name: string];
}

/** Throws where the text to change is not there, or not once: then nobody knows any more what is taken out. */
export function mutated(text: string, { file, from, to, safeguard }: Mutation): string {
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${safeguard}: ${file} has ${places} places like this, not one: ${from}`);
  return text.replace(from, () => to);
}
