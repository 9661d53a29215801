import { domainToASCII } from "node:url";

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** A host name as core's canonical URLs carry it: lower case, ASCII, no trailing dot; null: it is none. */
function parseHostName(text: string): string | null {
  // domainToASCII reads what a URL's host may be, `%41` and `a/b` included; a name holds none of those.
  if (/[\s%/\\:@?#[\]{}*]/.test(text)) return null;
  const name = domainToASCII(text).replace(/\.$/, "");
  const labels = name.split(".");
  return name !== "" && name.length <= 253 && labels.every((label) => LABEL.test(label)) ? name : null;
}

/** A host name, or `*.` and one: any host with one or more labels before it. */
export function parseHostPattern(text: string): string | null {
  const isWild = text.startsWith("*.");
  const name = parseHostName(isWild ? text.slice(2) : text);
  if (name === null) return null;
  return isWild ? `*.${name}` : name;
}
