import { messageOf } from "./exit.ts";

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: "this is a directory",
  ENOTDIR: "a part of the path is no directory",
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
};

/** Why a file that the user named could not be read. */
export function whyUnreadable(error: unknown): string {
  return REASONS[codeOf(error)] ?? messageOf(error);
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
