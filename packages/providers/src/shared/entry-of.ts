/** A table's own entry: "constructor" is no code, whatever objects inherit. */
export function entryOf<T>(table: Readonly<Record<string, T>>, key: string): T | null {
  return Object.hasOwn(table, key) ? (table[key] ?? null) : null;
}
