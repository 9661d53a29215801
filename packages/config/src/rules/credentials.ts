import type { Credentials } from "@purgeline/core";
import type { Findings, Path } from "../config-problem.ts";
import type { CredentialsDraft } from "../schema/file.ts";

/** Every vendor has its own words for the two halves of a key: all are understood at every provider. */
const ID_NAMES = ["accessKeyId", "secretId", "ak"] as const;
const SECRET_NAMES = ["accessKeySecret", "secretKey", "sk"] as const;

const CHOICE =
  "expected { accessKeyId, accessKeySecret } (or secretId/secretKey, ak/sk), { token } or " +
  "{ iam: { endpoint, domain, user, password } }";

/** One kind of credentials, whole; null: the findings say what is missing. */
export function readCredentials(
  draft: CredentialsDraft | undefined,
  path: Path,
  findings: Findings,
): Credentials | null {
  if (draft === undefined) {
    findings.problem(path, "required", CHOICE);
    return null;
  }
  const hasKeys = [...ID_NAMES, ...SECRET_NAMES, "securityToken" as const].some(
    (key) => draft[key] !== undefined,
  );
  const kinds = [hasKeys, draft.token !== undefined, draft.iam !== undefined].filter(Boolean).length;
  if (kinds === 0) findings.problem(path, "required", CHOICE);
  if (kinds > 1) {
    const hint =
      hasKeys && draft.token !== undefined ? " (the session token of a key pair is securityToken)" : "";
    findings.problem(path, "conflict", `${CHOICE}: one of them only${hint}`);
  }
  if (kinds !== 1) return null;
  if (draft.token !== undefined) return { kind: "token", token: draft.token };
  return draft.iam === undefined ? readKeys(draft, path, findings) : readIam(draft.iam, path, findings);
}

function readKeys(draft: CredentialsDraft, path: Path, findings: Findings): Credentials | null {
  const one = (names: readonly (keyof CredentialsDraft & string)[]): string | null => {
    const given = names.filter((name) => draft[name] !== undefined);
    const [first, second] = given;
    if (first === undefined) {
      // The half that is there under another of its names, but unreadable, has been reported.
      if (names.some((name) => findings.isBad([...path, name]))) return null;
      findings.problem([...path, names[0] ?? ""], "required", `expected ${names.join(" or ")}`);
      return null;
    }
    if (second !== undefined) {
      findings.problem(
        [...path, second],
        "duplicate",
        `${first} and ${second} are two names of the same thing`,
      );
    }
    const value = draft[first];
    return typeof value === "string" ? value : null;
  };
  const accessKeyId = one(ID_NAMES);
  const accessKeySecret = one(SECRET_NAMES);
  if (accessKeyId === null || accessKeySecret === null) return null;
  return { kind: "keys", accessKeyId, accessKeySecret, securityToken: draft.securityToken ?? null };
}

function readIam(
  iam: NonNullable<CredentialsDraft["iam"]>,
  path: Path,
  findings: Findings,
): Credentials | null {
  for (const key of ["endpoint", "domain", "user", "password"] as const) {
    if (iam[key] === undefined) findings.problem([...path, "iam", key], "required", `expected iam's ${key}`);
  }
  const { endpoint, domain, user, password } = iam;
  if (endpoint === undefined || domain === undefined || user === undefined || password === undefined)
    return null;
  return { kind: "iam", endpoint, domain, user, password };
}
