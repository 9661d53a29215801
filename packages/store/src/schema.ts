/**
 * The layout of what stands in Redis. Raise `number` with every change that a program of the number
 * before would read or write wrongly; raise `compatibleSince` to the first number whose programs still
 * work beside this one. docs/ARCHITECTURE.md says how a layout changes in a rolling deploy.
 */
export const SCHEMA: Schema = { number: 1, compatibleSince: 1 };

export interface Schema {
  readonly number: number;
  /** Programs that know less than this must not touch the data. */
  readonly compatibleSince: number;
}

/** The data were written by a newer program, in a layout that this one cannot read. */
export class NewerData extends Error {
  override readonly name: string = "NewerData";
}

/** Throws `NewerData` where this program is too old for the data. */
export function checkSchema(data: Schema, prefix: string): void {
  if (SCHEMA.number >= data.compatibleSince) return;
  throw new NewerData(
    `redis: the data under the prefix ${JSON.stringify(prefix)} have schema ${data.number}, which programs read that know ` +
      `${data.compatibleSince} or more; this one knows ${SCHEMA.number}. Deploy the version that wrote them, or a newer one`,
  );
}
