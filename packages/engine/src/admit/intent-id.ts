import { randomUUID } from "node:crypto";

// Opaque; the underscore and letters are safe in keys, job ids, URLs and file names.
const INTENT_ID = /^int_[A-Za-z0-9_-]{1,64}$/;

export function newIntentId(): string {
  return `int_${randomUUID().replaceAll("-", "")}`;
}

export function isIntentId(text: string): boolean {
  return INTENT_ID.test(text);
}
