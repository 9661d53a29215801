type Nested = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The inner keys outside: shares stand in the file by token, and in the limits by class. */
export function turned(table: Nested): Nested {
  const found: Record<string, Record<string, number>> = {};
  for (const [outer, row] of Object.entries(table))
    for (const [inner, value] of Object.entries(row)) found[inner] = { ...found[inner], [outer]: value };
  return found;
}
