/**
 * Entries of ObjectPath are separated by line ends: one inside a target would make two of it.
 * Core's URL check does not see patterns, so every lane asks here.
 */
export function whyNotObjectPath(target: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not pass.
  if (/[\u0000-\u001f\u007f]/.test(target)) return "contains a control character or a line end";
  if (!target.isWellFormed()) return "contains half of a surrogate pair, which UTF-8 cannot carry";
  return null;
}
