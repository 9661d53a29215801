import type { Lane } from "@purgeline/core";

/**
 * Entries of ObjectPath are separated by line ends: one inside a target would make two of it.
 * Core's URL check does not see patterns, so every lane asks here.
 */
export function whyNotObjectPath(lane: Lane, target: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not pass.
  if (/[\u0000-\u001f\u007f]/.test(target)) return "contains a control character or a line end";
  if (!target.isWellFormed()) return "contains half of a surrogate pair, which UTF-8 cannot carry";
  if (lane !== "purge-pattern" && hasWildcardHost(target)) {
    return "has a wildcard host, which the provider refuses (InvalidExtensiveDomain.ValueNotSupported): name the hosts";
  }
  return null;
}

function hasWildcardHost(target: string): boolean {
  return URL.parse(target)?.hostname.includes("*") === true;
}
