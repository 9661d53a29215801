import { showValue } from "@purgeline/core";
import type { ConfigProblem, Finding, Path } from "./config-problem.ts";
import type { ParsedFile } from "./document.ts";

/** The finding with its place in the file and, unless it may be a secret, the value as the file spells it. */
export function toProblem(finding: Finding, file: ParsedFile): ConfigProblem {
  const written = isShowable(finding) ? file.written(finding.path) : null;
  return {
    path: shownPath(finding, file),
    code: finding.code,
    detail: finding.detail,
    at: file.place(finding.path),
    ...(written === null ? {} : { value: showValue(withoutUser(written)) }),
  };
}

/**
 * Where something else than a plain value was expected, whatever stands there is out of
 * place, and may be a secret that lost its key: it is never shown.
 */
function isShowable({ path, code }: Finding): boolean {
  return !["not-a-mapping", "not-a-list", "unknown-key"].includes(code) && !isSecret(path);
}

function isSecret(path: Path): boolean {
  if (path.includes("credentials") || path.includes("secret")) return true;
  return path[0] === "redis" && ["url", "password", "sentinelPassword", "tls"].includes(String(path[1]));
}

/** A URL without the user and password that it should not have. */
function withoutUser(text: string): string {
  return text.replace(/\/\/.*@/s, "//…@");
}

/**
 * An unknown key can be a secret too: `{ secret:hunter2 }` and `{ hunter2 }` are keys with nothing
 * behind them, to YAML, and a secret that slipped onto a line of its own takes the lines below it as
 * its value. A key is shown when it is nearly a known one or has a plain word for a value; else up to
 * its colon where that is a word of the file, or not at all.
 */
function shownPath({ path, code, detail }: Finding, file: ParsedFile): Path {
  const key = path.at(-1);
  if (code !== "unknown-key" || typeof key !== "string") return path;
  const [head = "", ...rest] = key.split(":");
  const isWord = /^[A-Za-z][\w@.-]*$/.test(head);
  if (rest.length > 0) {
    const isKey = detail.includes(`as in "${head}: "`);
    return [...path.slice(0, -1), isKey ? `${head}:…` : "…"];
  }
  const isMeant = detail.includes("did you mean") || /^\w[\w.-]*$/.test(file.written(path) ?? "");
  return isWord && isMeant ? path : [...path.slice(0, -1), "…"];
}
