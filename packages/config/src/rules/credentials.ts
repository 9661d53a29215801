import type { Credentials } from "@purgeline/core";
import type { Findings, Path } from "../config-problem.ts";
import type { CredentialsDraft } from "../schema/file.ts";

/** Every vendor has its own words for the two halves of a key: all are understood at every provider. */
const ID_NAMES = ["accessKeyId", "secretId", "ak"] as const;
const SECRET_NAMES = ["accessKeySecret", "secretKey", "sk"] as const;
const USER_NAMES = ["domain", "user", "password"] as const;

const CHOICE =
  "expected { accessKeyId, accessKeySecret } (or secretId/secretKey, ak/sk), { token } or " +
  "{ iam: { endpoint, domain, user, password } } (or accessKeyId, accessKeySecret in place of the user)";

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
  const pair = readPair(draft, path, findings);
  return pair === null ? null : { kind: "keys", ...pair, securityToken: draft.securityToken ?? null };
}

interface KeyPair {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

type PairDraft = Pick<CredentialsDraft, (typeof ID_NAMES)[number] | (typeof SECRET_NAMES)[number]>;

/** The two halves of a key, each under one of its names; null: the findings say what is missing. */
function readPair(draft: PairDraft, path: Path, findings: Findings): KeyPair | null {
  const one = (names: readonly (keyof PairDraft)[]): string | null => {
    const [first, second] = names.filter((name) => draft[name] !== undefined);
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
    return draft[first] ?? null;
  };
  const accessKeyId = one(ID_NAMES);
  const accessKeySecret = one(SECRET_NAMES);
  return accessKeyId === null || accessKeySecret === null ? null : { accessKeyId, accessKeySecret };
}

/** A login by user and password, or by a key pair. */
function readIam(
  iam: NonNullable<CredentialsDraft["iam"]>,
  accountPath: Path,
  findings: Findings,
): Credentials | null {
  const path = [...accountPath, "iam"];
  const hasKeys = [...ID_NAMES, ...SECRET_NAMES].some((key) => iam[key] !== undefined);
  const hasUser = USER_NAMES.some((key) => iam[key] !== undefined);
  if (hasKeys && hasUser) {
    const detail =
      "expected { endpoint, domain, user, password } or { endpoint, accessKeyId, accessKeySecret }";
    findings.problem(path, "conflict", detail);
    return null;
  }
  const needed = hasKeys ? (["endpoint"] as const) : (["endpoint", ...USER_NAMES] as const);
  for (const key of needed) {
    if (iam[key] === undefined) findings.problem([...path, key], "required", `expected iam's ${key}`);
  }
  const pair = hasKeys ? readPair(iam, path, findings) : null;
  const { endpoint, domain, user, password } = iam;
  if (endpoint === undefined) return null;
  if (pair !== null) return { kind: "iam", endpoint, ...pair };
  if (domain === undefined || user === undefined || password === undefined) return null;
  return { kind: "iam", endpoint, domain, user, password };
}
