import type { AccountSettings, Credentials, Json, JsonObject } from "@purgeline/core";
import type { Answer, PlayedAccount, Visit, WireRequest } from "../../kernel/index.ts";
import { answered, jsonReply, newId } from "./replies.ts";

/** The identity service of the same cloud: POST /v3/auth/tokens, by user and password or by a key pair, for one project or account. */
export const TOKENS_PATH = "/v3/auth/tokens";

/** What services differ in: whose work theirs is, and how a request and an account name it. */
export interface Service {
  readonly header: "x-project-id" | "x-domain-id";
  readonly scope: "project" | "domain";
  idOf(settings: AccountSettings): string | null;
  /** The refusal of a proven request about somebody else's project or account. */
  foreign(): Answer;
}

/** api-iam/iam_30_0001: a token lives for 24 hours. */
const TOKEN_LIFE_MS = 24 * 3_600_000;

/** Tokens given out by this origin. */
export type Sessions = Map<string, { readonly account: PlayedAccount; readonly expiresAtMs: number }>;

type IamCredentials = Extract<Credentials, { readonly kind: "iam" }>;

export interface LoginWords {
  readonly domain: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly accessKeyId: string | null;
  readonly accessKeySecret: string | null;
  /** Id of the project or account that the token is to be good for. */
  readonly scope: string | null;
}

/** What a login says of itself; a part that is not where the API has it is null. */
export function loginWords(body: JsonObject, { scope }: Service): LoginWords {
  const user = at(body, ["auth", "identity", "password", "user"]);
  return {
    domain: text(at(user, ["domain", "name"])),
    user: text(at(user, ["name"])),
    password: text(at(user, ["password"])),
    accessKeyId: text(at(body, ["auth", "identity", "hw_ak_sk", "access", "key"])),
    accessKeySecret: text(at(body, ["auth", "identity", "hw_ak_sk", "secret", "key"])),
    scope: text(at(body, ["auth", "scope", scope, "id"])),
  };
}

/** The account whose user logs in, whether or not the password is right. */
export function accountOfLogin(
  words: LoginWords,
  accounts: readonly PlayedAccount[],
  { idOf }: Service,
): PlayedAccount | null {
  const mine = accounts.filter(({ settings: { credentials } }) => {
    if (credentials.kind !== "iam") return false;
    if ("password" in credentials)
      return credentials.user === words.user && credentials.domain === words.domain;
    return credentials.accessKeyId === words.accessKeyId;
  });
  return mine.find(({ settings }) => idOf(settings) === words.scope) ?? mine[0] ?? null;
}

export function answerLogin(
  { account, nowMs }: Visit,
  words: LoginWords,
  sessions: Sessions,
  { scope, idOf }: Service,
): Answer {
  const credentials = account?.settings.credentials;
  if (account === null || credentials?.kind !== "iam" || !isProven(credentials, words)) {
    return identityError(401, "The username or password is wrong.", "Unauthorized");
  }
  if (words.scope !== idOf(account.settings)) {
    return identityError(400, `auth.scope.${scope}.id is not a ${scope} of the user.`, "Bad Request");
  }
  const token = `MII${newId()}${newId()}`;
  const expiresAtMs = nowMs + TOKEN_LIFE_MS;
  sessions.set(token, { account, expiresAtMs });
  // The service writes microseconds.
  const time = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z");
  const issued = {
    methods: ["password" in credentials ? "password" : "hw_ak_sk"],
    issued_at: time(nowMs),
    expires_at: time(expiresAtMs),
    [scope]: { id: words.scope, domain: { name: words.domain } },
    user: { name: words.user, domain: { name: words.domain } },
  };
  return answered(jsonReply(201, { token: issued }, { "x-subject-token": token }));
}

function isProven(credentials: IamCredentials, words: LoginWords): boolean {
  return "password" in credentials
    ? credentials.password === words.password
    : credentials.accessKeySecret === words.accessKeySecret;
}

/** The account whose session a request names. */
export function sessionOf(request: WireRequest, sessions: Sessions): PlayedAccount | null {
  return sessions.get(request.headers["x-auth-token"] ?? "")?.account ?? null;
}

function identityError(code: number, message: string, title: string): Answer {
  return answered(jsonReply(code, { error: { code, message, title } }), `IAM.${code}`);
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, name) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? (inner as JsonObject)[name]
        : undefined,
    value,
  );
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}
