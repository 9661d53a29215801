import type { BodyWeight } from "../provider-table.ts";

/** What a target adds to a body. */
export function encodedBytes(text: string, { encoding, perItem }: BodyWeight): number {
  let bytes = perItem;
  for (const char of text) bytes += utf8Bytes(char) * (isKept(char, encoding) ? 1 : ESCAPED[encoding]);
  return bytes;
}

const ESCAPED: Readonly<Record<BodyWeight["encoding"], number>> = { form: 3, json: 6, raw: 1 };
const FORM_KEEPS = /[A-Za-z0-9\-_.~]/;
const JSON_ESCAPES = /["\\\p{Cc}]/u;

function isKept(char: string, encoding: BodyWeight["encoding"]): boolean {
  if (encoding === "form") return FORM_KEEPS.test(char);
  return encoding === "raw" || char > "\x7f" || !JSON_ESCAPES.test(char);
}

function utf8Bytes(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
