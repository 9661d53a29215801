import type {
  AccountSettings,
  Credentials,
  Failure,
  HttpReply,
  HttpRequest,
  JsonObject,
  Provider,
} from "@purgeline/core";
import { failureByStatus } from "../failure-by-status.ts";
import { isObject, parseObject, textField } from "../json.ts";

/** A token lives for 24 hours (api-iam/iam_30_0001); an hour less where the reply does not say until when. */
const ASSUMED_LIFE_MS = 23 * 3_600_000;

type IamCredentials = Extract<Credentials, { readonly kind: "iam" }>;

/** What the token is good for: a project's services, or the account's. */
type LoginScope =
  | { readonly project: { readonly id: string | null } }
  | { readonly domain: { readonly id: string | null } };

/** The login of a provider of Huawei's: a token in exchange for a user's password or a key pair. */
export function huaweiLogin(
  scopeOf: (settings: AccountSettings) => LoginScope,
): NonNullable<Provider["login"]> {
  return { encode: (settings) => encodeLogin(settings, scopeOf(settings)), decode: decodeLogin };
}

function encodeLogin({ name, credentials }: AccountSettings, scope: LoginScope): HttpRequest {
  if (credentials.kind !== "iam") throw new Error(`huawei.login: account ${name} has no iam credentials`);
  const auth = { identity: identityOf(credentials), scope };
  return {
    method: "POST",
    url: `${credentials.endpoint.replace(/\/$/, "")}/v3/auth/tokens`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth }),
  };
}

/**
 * api-iam/iam_30_0001 for user and password. The key pair's method stands on no page that we found; it is
 * what public clients of the same service send (GitHub open-compass/opencompass, opencompass/models/pangu_api.py).
 */
function identityOf(credentials: IamCredentials): JsonObject {
  if ("password" in credentials) {
    const { domain, user, password } = credentials;
    return {
      methods: ["password"],
      password: { user: { name: user, password, domain: { name: domain } } },
    };
  }
  const { accessKeyId, accessKeySecret } = credentials;
  return {
    methods: ["hw_ak_sk"],
    hw_ak_sk: { access: { key: accessKeyId }, secret: { key: accessKeySecret } },
  };
}

/** The token is in a header; the body says until when. */
function decodeLogin(reply: HttpReply): { readonly token: string; readonly expiresAtMs: number } | Failure {
  const body = parseObject(reply.body) ?? {};
  const token = reply.headers["x-subject-token"] ?? "";
  if (reply.status < 200 || reply.status > 299) return loginFailure(reply);
  const given = isObject(body.token) ? textField(body.token, "expires_at") : null;
  const expiresAtMs = given === null ? Number.NaN : Date.parse(given);
  const assumedMs = Date.parse(reply.headers.date ?? "") + ASSUMED_LIFE_MS;
  const untilMs = Number.isNaN(expiresAtMs) ? assumedMs : expiresAtMs;
  if (token !== "" && !Number.isNaN(untilMs)) return { token, expiresAtMs: untilMs };
  const requestId = reply.headers["x-request-id"] ?? null;
  return { kind: "ambiguous", code: "no-token", message: "no x-subject-token with an end", requestId };
}

/** `{error: {code, message}}` from the identity service, `{error_code, error_msg}` from the gateway before it. */
function loginFailure(reply: HttpReply): Failure {
  const body = parseObject(reply.body) ?? {};
  const inner = isObject(body.error) ? body.error : body;
  const code = textField(inner, "error_code") ?? textField(inner, "code") ?? `HTTP ${reply.status}`;
  const message = textField(inner, "error_msg") ?? textField(inner, "message") ?? "the login was refused";
  const failure = failureByStatus(reply, code, message, reply.headers["x-request-id"] ?? null);
  // A locked or suspended user is answered with 403, an unknown domain or project with 400 or 404.
  const isRefused = reply.status >= 400 && reply.status < 500 && reply.status !== 429;
  return isRefused ? { ...failure, kind: "auth", resign: false } : failure;
}
